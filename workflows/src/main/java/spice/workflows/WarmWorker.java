package spice.workflows;

import java.util.Optional;

/// The queue of the sampling worker that has an iteration's checkpoint at hand. An iteration asks it first, until
/// it hands a step back.
final class WarmWorker {
    private Optional<String> queue;

    /// @param queue empty if no worker is known to have the checkpoint
    WarmWorker(Optional<String> queue) {
        this.queue = queue;
    }

    Optional<String> queue() {
        return queue;
    }

    void forget() {
        queue = Optional.empty();
    }
}
