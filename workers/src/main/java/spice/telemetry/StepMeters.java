package spice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import spice.runs.CheckpointRef;
import spice.runs.IterationMetrics;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.TrainMetrics;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.TrainerActivities.Trained;

/// Counts what a worker's steps do, by their arguments and results. The steps themselves count nothing.
public final class StepMeters extends WorkerInterceptorBase {
    private final MeterRegistry meters;
    private final Counter sampled;
    private final Counter trained;
    private final Counter found;
    private final Map<String, Learned> lineages = new ConcurrentHashMap<>();

    /// The last iteration of a lineage that this worker committed.
    private record Learned(int iteration, IterationMetrics metrics, TrainMetrics training) {}

    public StepMeters(MeterRegistry meters) {
        this.meters = meters;
        sampled = Counter.builder("spice.tokens.sampled")
                .description("new tokens of both roles, counted when a lane is done")
                .register(meters);
        trained = Counter.builder("spice.tokens.trained")
                .description("tokens that were learned from, counted when a training step is done")
                .register(meters);
        found = Counter.builder("spice.shards.found")
                .description("shards that were in the store and were not sampled again")
                .register(meters);
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
        return new Counted(next);
    }

    private final class Counted extends ActivityInboundCallsInterceptorBase {
        private String step = "";

        Counted(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            step = context.getInfo().getActivityType();
            super.init(context);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            Timer.Sample begun = Timer.start(meters);
            String outcome = "failed";
            try {
                ActivityOutput output = super.execute(input);
                outcome = "done";
                count(output.getResult(), input.getArguments());
                return output;
            } finally {
                begun.stop(Timer.builder("spice.step")
                        .description("steps of runs, from when this worker began them")
                        .tag("step", step)
                        .tag("outcome", outcome)
                        .register(meters));
            }
        }
    }

    private void count(@Nullable Object result, Object[] given) {
        switch (result) {
            case LaneReport lane -> {
                sampled.increment((double) lane.tokens());
                found.increment(lane.found());
            }
            case Trained training ->
                trained.increment((double) training.metrics().tokens());
            case CheckpointRef checkpoint -> committed(checkpoint, given);
            case null, default -> {}
        }
    }

    /// Counts a committed iteration. Several steps return a checkpoint; only the commit's arguments are the scored
    /// and the trained results.
    private void committed(CheckpointRef checkpoint, Object[] given) {
        if (given.length >= 3
                && given[0] instanceof IterationRequest
                && given[1] instanceof Scored scored
                && given[2] instanceof Trained training) {
            String lineage = checkpoint.lineage();
            Counter.builder("spice.iterations.committed")
                    .tag("lineage", lineage)
                    .register(meters)
                    .increment();
            if (lineages.put(lineage, new Learned(checkpoint.iteration(), scored.metrics(), training.metrics()))
                    == null) {
                show(lineage);
            }
        }
    }

    private void show(String lineage) {
        gauge("spice.iteration.number", lineage, Learned::iteration);
        gauge(
                "spice.iteration.pass.rate",
                lineage,
                last -> last.metrics().passRate().orElse(Double.NaN));
        gauge("spice.iteration.valid.share", lineage, last -> last.metrics().validShare());
        gauge(
                "spice.iteration.challenger.reward",
                lineage,
                last -> last.metrics().challengerReward().orElse(Double.NaN));
        gauge("spice.iteration.loss", lineage, last -> last.training().loss().orElse(Double.NaN));
        gauge(
                "spice.iteration.entropy",
                lineage,
                last -> last.training().entropy().orElse(Double.NaN));
        gauge(
                "spice.iteration.gradient.norm",
                lineage,
                last -> last.training().gradientNorm().orElse(Double.NaN));
        gauge(
                "spice.iteration.clip.share",
                lineage,
                last -> last.training().clipShare().orElse(Double.NaN));
    }

    private void gauge(String name, String lineage, ToDoubleFunction<Learned> figure) {
        Gauge.builder(name, lineages, all -> {
                    Learned last = all.get(lineage);
                    return last == null ? Double.NaN : figure.applyAsDouble(last);
                })
                .tag("lineage", lineage)
                .register(meters);
    }
}
