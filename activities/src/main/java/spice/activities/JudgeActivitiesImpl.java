package spice.activities;

import java.util.List;
import java.util.Optional;
import spice.domain.Bootstrap;
import spice.domain.Interval;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.Comparison;
import spice.workflows.Comparison.Gain;
import spice.workflows.Evaluation;
import spice.workflows.JudgeActivities;
import spice.workflows.ScoreRequest;
import spice.workflows.Scored;

/// Scores an iteration; compares the last evaluation with the first.
public final class JudgeActivitiesImpl implements JudgeActivities {
    static final Bootstrap BOOTSTRAP = new Bootstrap(10_000, 0.95);

    private final BlobStore store;
    private final Heartbeats heartbeats;

    public JudgeActivitiesImpl(BlobStore store, Heartbeats heartbeats) {
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
                            Blobs.get(store, request.passages(), Passage.class),
                            IterationSeeds.of(request.iteration()))
                    .score(documents, attempted, request.sampledTokens(), request.samplingSeconds());
            return new Scored(
                    Blobs.put(store, judgement.episodes()),
                    Blobs.put(store, judgement.tasks()),
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
                    Optional.of(gain(
                            before.stream()
                                    .mapToDouble(HeldOutAnswers::greedyScore)
                                    .toArray(),
                            after.stream()
                                    .mapToDouble(HeldOutAnswers::greedyScore)
                                    .toArray())),
                    Optional.of(gain(
                            before.stream().mapToDouble(HeldOutAnswers::mean).toArray(),
                            after.stream().mapToDouble(HeldOutAnswers::mean).toArray())),
                    coEvolution);
        }
    }

    private List<HeldOutAnswers> answers(BlobRef blob) {
        return Blobs.get(store, blob, HeldOutAnswers.class);
    }

    private static Gain gain(double[] before, double[] after) {
        Interval interval = BOOTSTRAP.paired(before, after, new Seed(0));
        return new Gain(Means.of(before), Means.of(after), interval.low(), interval.high());
    }
}
