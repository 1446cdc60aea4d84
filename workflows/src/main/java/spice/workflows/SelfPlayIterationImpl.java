package spice.workflows;

import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// Algorithm 1, lines 2 to 18: draw, pose, attempt, score, train; then commit.
public final class SelfPlayIterationImpl implements SelfPlayIteration {

    @Override
    public IterationReport run(IterationRequest iteration) {
        RunSettings settings = iteration.settings();
        Calls calls = Calls.of(settings, iteration.run().lineage());
        String title = "iteration %d · ".formatted(iteration.number());
        var corpus = Workflow.newActivityStub(CorpusActivities.class, calls.quick(title + "draw"));
        var challenger = Workflow.newActivityStub(ChallengerActivities.class, calls.sample(title + "pose"));
        var reasoner = Workflow.newActivityStub(ReasonerActivities.class, calls.sample(title + "attempt"));
        var judge = Workflow.newActivityStub(JudgeActivities.class, calls.quick(title + "score"));
        var trainer = Workflow.newActivityStub(TrainerActivities.class, calls.train(title + "train"));
        var checkpoints = Workflow.newActivityStub(CheckpointActivities.class, calls.quick(title + "commit"));

        BlobRef passages = corpus.draw(iteration);
        List<LaneReport> posed = inLanes(
                settings.poseLanes(),
                lane -> Async.function(challenger::pose, new PoseRequest(iteration, passages, lane)));
        List<LaneReport> attempted = inLanes(
                settings.attemptLanes(),
                lane -> Async.function(reasoner::attempt, new AttemptRequest(iteration, shards(posed), lane)));
        Scored scored = judge.score(new ScoreRequest(
                iteration,
                passages,
                shards(posed),
                shards(attempted),
                tokens(posed) + tokens(attempted),
                seconds(posed) + seconds(attempted)));
        Trained trained = trainer.train(iteration, scored.trajectories());
        CheckpointRef checkpoint = checkpoints.commit(iteration, scored, trained);
        return new IterationReport(
                iteration.number(), checkpoint, scored.metrics(), trained.metrics(), trained.worker());
    }

    private static List<LaneReport> inLanes(int lanes, IntFunction<Promise<LaneReport>> lane) {
        List<Promise<LaneReport>> all = IntStream.range(0, lanes).mapToObj(lane).toList();
        return all.stream().map(Promise::get).toList();
    }

    private static List<BlobRef> shards(List<LaneReport> lanes) {
        return lanes.stream().map(LaneReport::shards).toList();
    }

    private static long tokens(List<LaneReport> lanes) {
        return lanes.stream().mapToLong(LaneReport::tokens).sum();
    }

    private static double seconds(List<LaneReport> lanes) {
        return lanes.stream().mapToDouble(LaneReport::seconds).sum();
    }
}
