package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.Optional;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.AttemptRequest;
import spice.workflows.ChallengerActivities;
import spice.workflows.CheckpointRef;
import spice.workflows.Comparison;
import spice.workflows.CorpusRef;
import spice.workflows.Evaluation;
import spice.workflows.EvaluationRequest;
import spice.workflows.EvaluatorActivities;
import spice.workflows.IterationRequest;
import spice.workflows.JudgeActivities;
import spice.workflows.LaneReport;
import spice.workflows.OpenedRun;
import spice.workflows.PoseRequest;
import spice.workflows.ReasonerActivities;
import spice.workflows.ScheduleActivities;
import spice.workflows.ScoreRequest;
import spice.workflows.Scored;
import spice.workflows.ScriptedActivities;
import spice.workflows.TrainMetrics;
import spice.workflows.Trained;
import spice.workflows.TrainerActivities;

/// The steps that need a model, scripted, beside real ones that read corpora and commit checkpoints: what it trains
/// it puts into the store, a few words in place of weights.
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
