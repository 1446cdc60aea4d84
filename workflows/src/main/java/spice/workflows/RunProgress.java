package spice.workflows;

import java.util.List;
import java.util.Optional;

/// What the run answers when asked how far it is.
///
/// @param state what it is doing, in a word; [#NEEDS_ATTENTION] while it waits for a person
/// @param iteration the last finished one
/// @param lastIteration the one it will end with
/// @param secondsLeft by the mean of the finished iterations; 0 before the first
/// @param trouble what a person is to decide about
public record RunProgress(
        String state,
        int iteration,
        int lastIteration,
        double secondsLeft,
        Optional<IterationReport> last,
        List<Evaluation> evaluations,
        Optional<Trouble> trouble) {
    /// Something failed, and the run waits for `retryIteration`, `skipIteration` or `abort`.
    public static final String NEEDS_ATTENTION = "NeedsAttention";

    static RunProgress before(String state, int iterations, Optional<Trouble> trouble) {
        return new RunProgress(state, 0, iterations, 0, Optional.empty(), List.of(), trouble);
    }

    static RunProgress of(String state, RunState run, Optional<Trouble> trouble) {
        double each = run.finished() == 0 ? 0 : run.finishedSeconds() / run.finished();
        return new RunProgress(
                state,
                run.policy().iteration(),
                run.lastIteration(),
                each * (run.lastIteration() - run.policy().iteration()),
                run.last(),
                run.evaluations(),
                trouble);
    }
}
