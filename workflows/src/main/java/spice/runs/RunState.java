package spice.runs;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import spice.domain.Refusal;

/// What a run carries over when it continues as new.
///
/// @param plan what the run does
/// @param policy the last committed checkpoint
/// @param firstIteration of this run
/// @param startedMillis when the run was started, in milliseconds since 1970
/// @param paused whether the operator has paused it
/// @param emptyIterations iterations in a row without a valid task, the last one included
/// @param finishedSeconds time that this run's finished iterations took
/// @param refusals of the empty iterations
/// @param learning of this run; empty if an older version began it
public record RunState(
        @JsonProperty("course") RunPlan plan,
        CheckpointRef policy,
        int firstIteration,
        long startedMillis,
        boolean paused,
        int emptyIterations,
        double finishedSeconds,
        Map<Refusal, Integer> refusals,
        Optional<IterationReport> last,
        List<Evaluation> evaluations,
        Optional<Learning> learning) {

    public RunState {
        refusals = Map.copyOf(refusals);
        evaluations = List.copyOf(evaluations);
    }

    public static RunState opened(RunPlan plan, long startedMillis) {
        CheckpointRef start = plan.run().start();
        return new RunState(
                plan,
                start,
                start.iteration() + 1,
                startedMillis,
                false,
                0,
                0,
                Map.of(),
                Optional.empty(),
                List.of(),
                Optional.of(Learning.NOTHING));
    }

    public OpenedRun run() {
        return plan.run();
    }

    /// Iterations finished by this run.
    public int finished() {
        return policy.iteration() - firstIteration + 1;
    }

    /// The iteration that comes next.
    public int next() {
        return policy.iteration() + 1;
    }

    /// The last iteration of the run.
    public int lastIteration() {
        return firstIteration + plan.settings().iterations() - 1;
    }

    /// The request for the next iteration.
    public IterationRequest nextIteration() {
        return new IterationRequest(plan.settings(), plan.run(), next(), policy, plan.changes(), plan.warm());
    }

    public boolean hasEvaluation() {
        return !evaluations.isEmpty() && evaluations.getLast().iteration() == policy.iteration();
    }

    public RunState after(IterationReport report, double seconds) {
        boolean empty = report.metrics().validShare() == 0;
        Map<Refusal, Integer> refused = new TreeMap<>(empty ? refusals : Map.of());
        if (empty) {
            report.metrics().refusals().forEach((reason, count) -> refused.merge(reason, count, Integer::sum));
        }
        return new RunState(
                plan.committed(report.worker()),
                report.checkpoint(),
                firstIteration,
                startedMillis,
                paused,
                empty ? emptyIterations + 1 : 0,
                finishedSeconds + seconds,
                refused,
                Optional.of(report),
                evaluations,
                learning.map(before -> before.after(report)));
    }

    public RunState with(Evaluation evaluation) {
        List<Evaluation> all = new ArrayList<>(evaluations);
        all.add(evaluation);
        return with(plan, policy, paused, all);
    }

    public RunState with(RunPlan changed) {
        return with(changed, policy, paused, evaluations);
    }

    /// The state after skipping the next iteration: this checkpoint stands in for its result.
    public RunState passedOver(RunPlan changed, CheckpointRef standIn) {
        return with(changed, standIn, paused, evaluations);
    }

    public RunState with(boolean isPaused) {
        return with(plan, policy, isPaused, evaluations);
    }

    private RunState with(RunPlan changed, CheckpointRef head, boolean isPaused, List<Evaluation> all) {
        return new RunState(
                changed,
                head,
                firstIteration,
                startedMillis,
                isPaused,
                emptyIterations,
                finishedSeconds,
                refusals,
                last,
                all,
                learning);
    }
}
