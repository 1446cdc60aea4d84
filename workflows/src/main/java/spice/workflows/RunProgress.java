package spice.workflows;

import java.util.List;
import java.util.Optional;

/// What the run answers when asked how far it is.
///
/// @param state what it is doing, in a word
/// @param iteration the last finished one
/// @param lastIteration the one it will end with
/// @param secondsLeft by the mean of the finished iterations; 0 before the first
public record RunProgress(
        String state,
        int iteration,
        int lastIteration,
        double secondsLeft,
        Optional<IterationReport> last,
        List<Evaluation> evaluations) {}
