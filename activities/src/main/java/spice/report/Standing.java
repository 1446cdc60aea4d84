package spice.report;

import java.util.Optional;
import spice.workflows.RunProgress;
import spice.workflows.Trouble;

/// How a run stands, as Temporal knows it.
///
/// @param state what it does, in a word
/// @param iteration the last finished one
/// @param lastIteration the one it will end with; 0 where nobody can say
/// @param secondsLeft by the mean of the finished iterations
/// @param trouble why it failed, or what it waits for a person about, in one line
public record Standing(String state, int iteration, int lastIteration, double secondsLeft, Optional<String> trouble) {

    /// That of a run which answers.
    public static Standing of(RunProgress progress) {
        return new Standing(
                progress.state(),
                progress.iteration(),
                progress.lastIteration(),
                progress.secondsLeft(),
                progress.trouble().map(Trouble::toString));
    }

    /// That of a run which has ended.
    public static Standing ended(String state, Optional<String> trouble) {
        return new Standing(state, 0, 0, 0, trouble);
    }
}
