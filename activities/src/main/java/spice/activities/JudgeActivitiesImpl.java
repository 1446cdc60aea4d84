package spice.activities;

import java.util.List;
import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.domain.Passage;
import spice.evaluation.GainEstimate;
import spice.evaluation.HeldOutAnswers;
import spice.judging.Judge;
import spice.judging.ScoredTask;
import spice.roles.AttemptedTask;
import spice.roles.IterationSeeds;
import spice.roles.Player;
import spice.roles.PosedDocument;
import spice.roles.RefusedReply;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.Evaluation;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.Lane;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.JudgeActivities;
import spice.workflows.JudgeActivities.ScoreRequest;
import spice.workflows.JudgeActivities.Scored;

/// Scores an iteration; compares the last evaluation with the first.
public final class JudgeActivitiesImpl implements JudgeActivities {
    private final BlobStore store;
    private final WorkerHeartbeats heartbeats;

    public JudgeActivitiesImpl(BlobStore store, WorkerHeartbeats heartbeats) {
        this.store = store;
        this.heartbeats = heartbeats;
    }

    @Override
    public Scored score(ScoreRequest request) {
        try (Heartbeat _ = heartbeats.start()) {
            List<PosedDocument> documents = Lane.collect(store, request.tasks(), PosedDocument.class);
            List<AttemptedTask> attempted = Lane.collect(store, request.attempts(), AttemptedTask.class);
            Judge.Judgement judgement = new Judge(
                            Player.answers(request.iteration().settings()),
                            request.iteration().settings(),
                            BlobList.get(store, request.passages(), Passage.class),
                            IterationSeeds.of(request.iteration()))
                    .score(documents, attempted, request.sampledTokens(), request.samplingSeconds());
            return new Scored(
                    BlobList.put(store, judgement.episodes()),
                    BlobList.put(store, judgement.tasks()),
                    judgement.metrics(),
                    Optional.of(request.passages()));
        }
    }

    @Override
    public Comparison compare(
            Optional<Evaluation> first, Optional<Evaluation> last, Optional<Comparison.CoEvolution> coEvolution) {
        try (Heartbeat _ = heartbeats.start()) {
            if (first.isEmpty() || last.isEmpty()) {
                return new Comparison(Optional.empty(), Optional.empty(), coEvolution);
            }
            List<HeldOutAnswers> before = answers(first.get().answers());
            List<HeldOutAnswers> after = answers(last.get().answers());
            return new Comparison(
                    Optional.of(GainEstimate.byQuestion(
                            before.stream()
                                    .mapToDouble(HeldOutAnswers::greedyScore)
                                    .toArray(),
                            after.stream()
                                    .mapToDouble(HeldOutAnswers::greedyScore)
                                    .toArray())),
                    Optional.of(GainEstimate.byQuestion(
                            before.stream().mapToDouble(HeldOutAnswers::mean).toArray(),
                            after.stream().mapToDouble(HeldOutAnswers::mean).toArray())),
                    coEvolution);
        }
    }

    @Override
    public List<String> refusedReplies(CheckpointRef checkpoint) {
        try (Heartbeat _ = heartbeats.start()) {
            List<Passage> passages = IterationRecord.of(store, checkpoint)
                    .map(record -> record.readPassages(store))
                    .orElse(List.of());
            List<ScoredTask> tasks = new Checkpoints(store)
                    .manifest(checkpoint)
                    .tasks()
                    .map(scored -> ScoredTask.read(store, scored))
                    .orElse(List.of());
            return RefusedReply.toRead(tasks.stream()
                    .filter(task -> task.document() < passages.size())
                    .flatMap(task -> task.refusal().stream()
                            .map(refusal -> new RefusedReply(
                                    passages.get(task.document()).source(), refusal, task.detail(), task.replies()))));
        }
    }

    private List<HeldOutAnswers> answers(BlobRef blob) {
        return BlobList.get(store, blob, HeldOutAnswers.class);
    }
}
