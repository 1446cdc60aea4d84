package spice.activities;

import spice.model.Policy;
import spice.settings.RunSettings;
import spice.workflows.CheckpointRef;

/// Where a worker's sampling activities get their policies from.
public interface Policies extends AutoCloseable {
    /// The checkpoint, ready to sample as a run with these settings does. It is not the caller's to close.
    Policy policy(CheckpointRef checkpoint, RunSettings settings);

    /// Gives back the memory of large models that nobody samples from at the moment, for work that needs it.
    default void makeRoom() {}

    @Override
    void close();
}
