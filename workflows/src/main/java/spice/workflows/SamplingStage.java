package spice.workflows;

import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import spice.runs.LaneReport;

/// A stage that samples from the model, in lanes that run side by side. The first lane goes to the worker that has the
/// checkpoint at hand, if it takes it; the others go to any worker.
final class SamplingStage<A> {
    private final Class<A> activities;
    private final Calls calls;
    private final String summary;
    private final WarmWorker warm;

    SamplingStage(Class<A> activities, Calls calls, String summary, WarmWorker warm) {
        this.activities = activities;
        this.calls = calls;
        this.summary = summary;
        this.warm = warm;
    }

    /// Runs all lanes and waits for them.
    ///
    /// @param step runs one lane, numbered from 0, on the worker that takes it
    StageReport inLanes(int lanes, BiFunction<A, Integer, LaneReport> step) {
        List<Promise<LaneReport>> started = IntStream.range(0, lanes)
                .mapToObj(lane -> start(lane, worker -> step.apply(worker, lane)))
                .toList();
        return new StageReport(started.stream().map(Promise::get).toList());
    }

    private Promise<LaneReport> start(int lane, Function<A, LaneReport> step) {
        return Async.function(() -> lane == 0 ? atHand(step) : anywhere(step));
    }

    private LaneReport atHand(Function<A, LaneReport> step) {
        if (warm.queue().isPresent()) {
            try {
                return step.apply(Workflow.newActivityStub(
                        activities, calls.sampleAt(warm.queue().get(), summary)));
            } catch (ActivityFailure failure) {
                if (!isLetGo(failure)) {
                    throw failure;
                }
                warm.forget();
            }
        }
        return anywhere(step);
    }

    private LaneReport anywhere(Function<A, LaneReport> step) {
        return step.apply(Workflow.newActivityStub(activities, calls.sample(summary)));
    }

    private static boolean isLetGo(ActivityFailure failure) {
        return switch (failure.getCause()) {
            case TimeoutFailure late -> late.getTimeoutType() == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START;
            case ApplicationFailure answer -> HandedBack.is(answer);
            case null, default -> false;
        };
    }
}
