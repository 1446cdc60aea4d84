package spice.steps;

import spice.model.Pulse;
import spice.runs.StepWork;

/// Through this a step reports its progress and learns that it must end. Each method that reports throws what ends
/// the step: it was cancelled or given to another worker, or this worker is stopping.
public interface StepProgress extends Pulse {
    /// Names the work that starts here: a shard, a gradient update, a file. All earlier work is done.
    void now(String what);

    /// Says how much of a counted work is done; also a sign of progress, as [#now] is.
    ///
    /// @param what the work
    /// @param unit what is counted, in the plural
    default void now(String what, long done, long total, String unit) {
        now(new StepWork(what, done, total, unit, 0).toString());
    }

    /// Throws if the step must end, but is no sign of progress: for a step that waits for another process.
    void look();

    /// Whether the worker is stopping, so that the next [#now] throws.
    boolean isStopping();
}
