package spice.workflows;

import io.temporal.common.VersioningBehavior;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowVersioningBehavior;
import spice.runs.CheckpointRef;
import spice.runs.FailureSummary;
import spice.runs.IterationReport;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.JudgeActivities.ScoreRequest;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.TrainerActivities.Trained;

/// Algorithm 1, lines 2 to 18: draw, pose, attempt, score, train; then commit.
///
/// An iteration stays on the build that it began with. If that build is gone, the iteration begins again on
/// another and finds its finished steps in the store.
public final class SelfPlayIterationImpl implements SelfPlayIteration {

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.PINNED)
    public IterationReport run(IterationRequest iteration) {
        try {
            return iterate(iteration);
        } catch (ActivityFailure e) {
            throw FailureSummary.asWorkflowFailure(e);
        }
    }

    private static IterationReport iterate(IterationRequest iteration) {
        RunSettings settings = iteration.settings();
        Calls calls = Calls.of(settings, iteration.run().lineage());
        String title = "iteration %d · ".formatted(iteration.number());
        WarmWorker warm = new WarmWorker(iteration.warm());
        var corpus = Workflow.newActivityStub(CorpusActivities.class, calls.quick(title + "draw"));
        var challenger = new SamplingStage<>(ChallengerActivities.class, calls, title + "pose", warm);
        var reasoner = new SamplingStage<>(ReasonerActivities.class, calls, title + "attempt", warm);
        var judge = Workflow.newActivityStub(JudgeActivities.class, calls.quick(title + "score"));
        var trainer = Workflow.newActivityStub(TrainerActivities.class, calls.train(title + "train"));
        var checkpoints = Workflow.newActivityStub(CheckpointActivities.class, calls.quick(title + "commit"));
        Laps laps = new Laps();

        BlobRef passages = laps.after(corpus.draw(iteration));
        StageReport posed = laps.after(challenger.inLanes(
                settings.poseLanes(), (worker, lane) -> worker.pose(new PoseRequest(iteration, passages, lane))));
        StageReport attempted = laps.after(reasoner.inLanes(
                settings.attemptLanes(),
                (worker, lane) -> worker.attempt(new AttemptRequest(iteration, posed.shards(), lane))));
        Scored scored = laps.after(judge.score(ScoreRequest.of(iteration, passages, posed, attempted)));
        Trained trained = laps.after(trainer.train(iteration, scored.trajectories()));
        CheckpointRef checkpoint = checkpoints.commit(iteration, scored, trained, laps.seconds());
        return new IterationReport(
                iteration.number(), checkpoint, scored.metrics(), trained.metrics(), trained.worker());
    }
}
