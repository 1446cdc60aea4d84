package spice.policies;

import spice.model.Policy;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;

/// Where a worker's sampling activities get their policies from.
public interface PolicySource extends AutoCloseable {
    /// The checkpoint's policy for a run with these settings. The caller must not close it.
    Policy policy(CheckpointRef checkpoint, RunSettings settings);

    /// Frees the memory of large models that nobody samples from at the moment, for work that needs it.
    default void makeRoom() {}

    @Override
    void close();
}
