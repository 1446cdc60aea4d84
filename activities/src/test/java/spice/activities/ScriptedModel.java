package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.CorpusRef;
import spice.runs.Evaluation;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.OpenedRun;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.training.TrainedState;
import spice.workflows.ChallengerActivities;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.EvaluatorActivities;
import spice.workflows.EvaluatorActivities.EvaluationRequest;
import spice.workflows.JudgeActivities;
import spice.workflows.JudgeActivities.ScoreRequest;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ReasonerActivities;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.ScheduleActivities;
import spice.workflows.ScriptedActivities;
import spice.workflows.TrainerActivities;
import spice.workflows.TrainerActivities.Trained;

/// Scripts the steps that need a model; the steps that read corpora and commit checkpoints stay real. Training puts
/// a few words into the store in place of weights.
record ScriptedModel(BlobStore store, ScriptedActivities script)
        implements ChallengerActivities,
                ReasonerActivities,
                JudgeActivities,
                TrainerActivities,
                EvaluatorActivities,
                ScheduleActivities {
    @Override
    public LaneReport pose(PoseRequest request) {
        return script.pose(request);
    }

    @Override
    public BlobRef poseHeldOut(RunSettings settings, CheckpointRef challenger, CorpusRef corpus) {
        return script.poseHeldOut(settings, challenger, corpus);
    }

    @Override
    public LaneReport attempt(AttemptRequest request) {
        return script.attempt(request);
    }

    @Override
    public Scored score(ScoreRequest request) {
        return script.score(request);
    }

    @Override
    public Comparison compare(
            Optional<Evaluation> first, Optional<Evaluation> last, Optional<Comparison.CoEvolution> coEvolution) {
        return script.compare(first, last, coEvolution);
    }

    @Override
    public List<String> refusedReplies(CheckpointRef checkpoint) {
        return script.refusedReplies(checkpoint);
    }

    @Override
    public void requireTrainer(RunSettings settings) {
        script.requireTrainer(settings);
    }

    @Override
    public Trained train(IterationRequest iteration, BlobRef trajectories) {
        Trained trained = script.train(iteration, trajectories);
        BlobRef weights =
                store.put("weights of %d".formatted(iteration.number()).getBytes(UTF_8));
        TrainedState state =
                new TrainedState(Map.of("weights", weights), Optional.empty(), trained.updates(), TrainMetrics.NONE);
        return new Trained(store.put(Json.bytes(state)), trained.updates(), trained.metrics(), trained.worker());
    }

    @Override
    public Evaluation evaluate(EvaluationRequest request) {
        return script.evaluate(request);
    }

    @Override
    public Optional<Comparison.CoEvolution> coEvolve(RunSettings settings, OpenedRun run, CheckpointRef last) {
        return script.coEvolve(settings, run, last);
    }

    @Override
    public Optional<Long> nextStart(String schedule) {
        return script.nextStart(schedule);
    }
}
