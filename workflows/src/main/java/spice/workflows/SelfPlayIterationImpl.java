package spice.workflows;

import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.common.VersioningBehavior;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowVersioningBehavior;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// Algorithm 1, lines 2 to 18: draw, pose, attempt, score, train; then commit.
///
/// It ends with the build that it began with. If that is gone, it is begun again with another, and finds its steps
/// in the store.
public final class SelfPlayIterationImpl implements SelfPlayIteration {
    /// The queue of the worker to ask first, until it lets a step go.
    private Optional<String> warm = Optional.empty();

    /// A stage of sampling, whose first lane goes to the worker that has the checkpoint at hand, if it takes it.
    private final class Sampling<A> {
        private final Class<A> activities;
        private final Calls calls;
        private final String summary;

        Sampling(Class<A> activities, Calls calls, String summary) {
            this.activities = activities;
            this.calls = calls;
            this.summary = summary;
        }

        Promise<LaneReport> start(int lane, Function<A, LaneReport> step) {
            return Async.function(() -> lane == 0 ? first(step) : anywhere(step));
        }

        private LaneReport first(Function<A, LaneReport> step) {
            if (warm.isPresent()) {
                try {
                    return step.apply(Workflow.newActivityStub(activities, calls.sampleAt(warm.get(), summary)));
                } catch (ActivityFailure failure) {
                    if (!isLetGo(failure)) {
                        throw failure;
                    }
                    warm = Optional.empty();
                }
            }
            return anywhere(step);
        }

        private LaneReport anywhere(Function<A, LaneReport> step) {
            return step.apply(Workflow.newActivityStub(activities, calls.sample(summary)));
        }
    }

    private static boolean isLetGo(ActivityFailure failure) {
        return switch (failure.getCause()) {
            case TimeoutFailure late -> late.getTimeoutType() == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START;
            case ApplicationFailure answer -> HandedBack.is(answer);
            case null, default -> false;
        };
    }

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.PINNED)
    public IterationReport run(IterationRequest iteration) {
        try {
            return iterate(iteration);
        } catch (ActivityFailure e) {
            throw Trouble.onTop(e);
        }
    }

    private IterationReport iterate(IterationRequest iteration) {
        RunSettings settings = iteration.settings();
        Calls calls = Calls.of(settings, iteration.run().lineage());
        String title = "iteration %d · ".formatted(iteration.number());
        var corpus = Workflow.newActivityStub(CorpusActivities.class, calls.quick(title + "draw"));
        var challenger = new Sampling<>(ChallengerActivities.class, calls, title + "pose");
        var reasoner = new Sampling<>(ReasonerActivities.class, calls, title + "attempt");
        var judge = Workflow.newActivityStub(JudgeActivities.class, calls.quick(title + "score"));
        var trainer = Workflow.newActivityStub(TrainerActivities.class, calls.train(title + "train"));
        var checkpoints = Workflow.newActivityStub(CheckpointActivities.class, calls.quick(title + "commit"));

        Laps laps = new Laps();
        BlobRef passages = corpus.draw(iteration);
        double draw = laps.seconds();
        warm = iteration.warm();
        List<LaneReport> posed = inLanes(
                settings.poseLanes(),
                lane -> challenger.start(lane, worker -> worker.pose(new PoseRequest(iteration, passages, lane))));
        double pose = laps.seconds();
        List<LaneReport> attempted = inLanes(
                settings.attemptLanes(),
                lane -> reasoner.start(
                        lane, worker -> worker.attempt(new AttemptRequest(iteration, shards(posed), lane))));
        double attempt = laps.seconds();
        Scored scored = judge.score(new ScoreRequest(
                iteration,
                passages,
                shards(posed),
                shards(attempted),
                tokens(posed) + tokens(attempted),
                seconds(posed) + seconds(attempted)));
        double score = laps.seconds();
        Trained trained = trainer.train(iteration, scored.trajectories());
        double train = laps.seconds();
        CheckpointRef checkpoint =
                checkpoints.commit(iteration, scored, trained, new StepSeconds(draw, pose, attempt, score, train));
        return new IterationReport(
                iteration.number(), checkpoint, scored.metrics(), trained.metrics(), trained.worker());
    }

    /// Time since it was last asked, by the workflow's clock.
    private static final class Laps {
        private long last = Workflow.currentTimeMillis();

        double seconds() {
            long since = last;
            last = Workflow.currentTimeMillis();
            return (last - since) / 1000.0;
        }
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
