package spice.activities;

import spice.model.Pulse;

/// What a step says as it goes on, and where it learns that it is to end. Each method that says something throws
/// what ends the step: it was cancelled or given to another worker, or this one is being stopped.
interface Progress extends Pulse {
    /// Says what is being worked on from here: a shard, a gradient update, a file. What came before is done.
    void now(String what);

    /// Says nothing, and is no sign that anything moves: only where to learn that the step is to end, for one that
    /// waits for somebody else.
    void look();

    /// Whether the worker is being stopped, so that [#now] is about to throw.
    boolean isStopping();
}
