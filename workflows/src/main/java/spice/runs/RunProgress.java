package spice.runs;

import java.util.List;
import java.util.Optional;

/// How far the run is, as the `progress` query answers.
///
/// @param state what the run does, in a word; [#NEEDS_ATTENTION] while it waits for a person
/// @param iteration the last finished one
/// @param lastIteration the last one of the run
/// @param secondsLeft estimated from the mean of the finished iterations; 0 before the first
/// @param trouble the failure about which a person must decide
/// @param warning what the last iteration showed that people should know, see [SamplerGap]
public record RunProgress(
        String state,
        int iteration,
        int lastIteration,
        double secondsLeft,
        Optional<IterationReport> last,
        List<Evaluation> evaluations,
        Optional<FailureSummary> trouble,
        Optional<String> warning) {
    /// Something failed, and the run waits for `retryIteration`, `skipIteration` or `abort`.
    public static final String NEEDS_ATTENTION = "NeedsAttention";

    public static RunProgress before(String state, int iterations, Optional<FailureSummary> trouble) {
        return new RunProgress(state, 0, iterations, 0, Optional.empty(), List.of(), trouble, Optional.empty());
    }

    public static RunProgress of(String state, RunState run, Optional<FailureSummary> trouble) {
        double each = run.finished() == 0 ? 0 : run.finishedSeconds() / run.finished();
        return new RunProgress(
                state,
                run.policy().iteration(),
                run.lastIteration(),
                each * (run.lastIteration() - run.policy().iteration()),
                run.last(),
                run.evaluations(),
                trouble,
                run.last()
                        .flatMap(report -> SamplerGap.event(
                                report.training(), run.plan().settings().dtype())));
    }
}
