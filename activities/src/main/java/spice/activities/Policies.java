package spice.activities;

import spice.model.Policy;
import spice.workflows.CheckpointRef;

/// Where a worker's sampling activities get their policies from.
public interface Policies extends AutoCloseable {
    /// The checkpoint, ready to sample. It is not the caller's to close.
    Policy policy(CheckpointRef checkpoint);

    @Override
    void close();
}
