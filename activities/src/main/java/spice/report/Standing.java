package spice.report;

import java.util.Optional;
import spice.runs.FailureSummary;
import spice.runs.RunProgress;

/// The state of a run, as Temporal knows it.
///
/// @param state the run's state in a word
/// @param iteration the last finished iteration
/// @param lastIteration the iteration with which the run will end; 0 if it is unknown
/// @param secondsLeft estimated from the mean duration of the finished iterations
/// @param trouble in one line, why the run failed or needs a person
/// @param step what the run works on now and how far it is, in words
public record Standing(
        String state,
        int iteration,
        int lastIteration,
        double secondsLeft,
        Optional<String> trouble,
        Optional<String> step) {

    /// The state of a run that answers queries.
    public static Standing of(RunProgress progress, Optional<String> step) {
        return new Standing(
                progress.state(),
                progress.iteration(),
                progress.lastIteration(),
                progress.secondsLeft(),
                progress.trouble().map(FailureSummary::toString),
                step);
    }

    /// The state of a run that has ended.
    public static Standing ended(String state, Optional<String> trouble) {
        return new Standing(state, 0, 0, 0, trouble, Optional.empty());
    }
}
