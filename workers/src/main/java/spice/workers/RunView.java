package spice.workers;

import java.util.function.Supplier;
import spice.workflows.RunProgress;

/// Shows what happens to a run.
interface RunView {
    void show(RunEvent event);

    /// Called at every look, also if nothing has happened.
    ///
    /// @param step says what is being worked on, in a few words; it asks the server
    default void tick(RunProgress progress, Supplier<String> step) {}

    /// Whether somebody may answer the run while it is shown here, so that there is a point in waiting with it.
    boolean isAnswered();
}
