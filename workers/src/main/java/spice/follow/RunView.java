package spice.follow;

import java.util.function.Supplier;
import spice.runs.RunProgress;

/// Shows what happens to a run.
public interface RunView {
    void show(RunEvent event);

    /// Called at every look, also if nothing has happened.
    ///
    /// @param step says what is being worked on, in a few words; it asks the server
    default void tick(RunProgress progress, Supplier<String> step) {}

    /// Whether somebody may answer the run while it is shown here, so that it makes sense to go on waiting.
    boolean isAnswered();
}
