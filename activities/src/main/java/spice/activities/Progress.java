package spice.activities;

import spice.model.Pulse;

/// What a step says as it goes on, and where it learns that it is to end. Each method that says something throws
/// what ends the step: it was cancelled or given to another worker, or this one is being stopped.
interface Progress extends Pulse {
    /// Says what is being worked on from here: a shard, a gradient update, a file. What came before is done.
    void now(String what);

    /// Whether the worker is being stopped, so that [#now] is about to throw.
    boolean isStopping();
}
