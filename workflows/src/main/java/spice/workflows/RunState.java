package spice.workflows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import spice.domain.Refusal;

/// What a run carries over when it continues as new.
///
/// @param policy the last committed checkpoint
/// @param emptyIterations iterations in a row without a valid task, the last one included
/// @param finishedSeconds time that this run's finished iterations took
/// @param refusals of the empty iterations
public record RunState(
        OpenedRun run,
        CheckpointRef policy,
        int firstIteration,
        int emptyIterations,
        double finishedSeconds,
        Map<Refusal, Integer> refusals,
        Optional<IterationReport> last,
        List<Evaluation> evaluations) {

    public RunState {
        refusals = Map.copyOf(refusals);
        evaluations = List.copyOf(evaluations);
    }

    /// Iterations finished by this run.
    int finished() {
        return policy.iteration() - firstIteration + 1;
    }

    RunState after(IterationReport report, double seconds) {
        boolean empty = report.metrics().attempted() == 0;
        Map<Refusal, Integer> refused = new TreeMap<>(empty ? refusals : Map.of());
        if (empty) {
            report.metrics().refusals().forEach((reason, count) -> refused.merge(reason, count, Integer::sum));
        }
        return new RunState(
                run,
                report.checkpoint(),
                firstIteration,
                empty ? emptyIterations + 1 : 0,
                finishedSeconds + seconds,
                refused,
                Optional.of(report),
                evaluations);
    }

    RunState with(Evaluation evaluation) {
        List<Evaluation> all = new ArrayList<>(evaluations);
        all.add(evaluation);
        return new RunState(run, policy, firstIteration, emptyIterations, finishedSeconds, refusals, last, all);
    }
}
