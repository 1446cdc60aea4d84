package spice.workflows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import spice.domain.Refusal;

/// What a run carries over when it continues as new.
///
/// @param course what it is doing
/// @param policy the last committed checkpoint
/// @param firstIteration of this run
/// @param startedMillis when the run was started, in milliseconds since 1970
/// @param paused whether the operator has paused it
/// @param emptyIterations iterations in a row without a valid task, the last one included
/// @param finishedSeconds time that this run's finished iterations took
/// @param refusals of the empty iterations
public record RunState(
        Course course,
        CheckpointRef policy,
        int firstIteration,
        long startedMillis,
        boolean paused,
        int emptyIterations,
        double finishedSeconds,
        Map<Refusal, Integer> refusals,
        Optional<IterationReport> last,
        List<Evaluation> evaluations) {

    public RunState {
        refusals = Map.copyOf(refusals);
        evaluations = List.copyOf(evaluations);
    }

    static RunState opened(Course course, long startedMillis) {
        CheckpointRef start = course.run().start();
        return new RunState(
                course,
                start,
                start.iteration() + 1,
                startedMillis,
                false,
                0,
                0,
                Map.of(),
                Optional.empty(),
                List.of());
    }

    OpenedRun run() {
        return course.run();
    }

    /// Iterations finished by this run.
    int finished() {
        return policy.iteration() - firstIteration + 1;
    }

    /// The iteration that comes next.
    int next() {
        return policy.iteration() + 1;
    }

    /// The iteration that the run will end with.
    int lastIteration() {
        return firstIteration + course.settings().iterations() - 1;
    }

    boolean isEvaluated() {
        return !evaluations.isEmpty() && evaluations.getLast().iteration() == policy.iteration();
    }

    RunState after(IterationReport report, double seconds) {
        boolean empty = report.metrics().attempted() == 0;
        Map<Refusal, Integer> refused = new TreeMap<>(empty ? refusals : Map.of());
        if (empty) {
            report.metrics().refusals().forEach((reason, count) -> refused.merge(reason, count, Integer::sum));
        }
        return new RunState(
                course.committed(report.worker()),
                report.checkpoint(),
                firstIteration,
                startedMillis,
                paused,
                empty ? emptyIterations + 1 : 0,
                finishedSeconds + seconds,
                refused,
                Optional.of(report),
                evaluations);
    }

    RunState with(Evaluation evaluation) {
        List<Evaluation> all = new ArrayList<>(evaluations);
        all.add(evaluation);
        return with(course, policy, paused, all);
    }

    RunState with(Course changed) {
        return with(changed, policy, paused, evaluations);
    }

    /// The same without the next iteration: this checkpoint stands in for it.
    RunState passedOver(Course changed, CheckpointRef standIn) {
        return with(changed, standIn, paused, evaluations);
    }

    RunState with(boolean isPaused) {
        return with(course, policy, isPaused, evaluations);
    }

    private RunState with(Course changed, CheckpointRef head, boolean isPaused, List<Evaluation> all) {
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
                all);
    }
}
