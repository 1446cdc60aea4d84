package spice.workflows;

import spice.settings.RunSettings;

/// One iteration of Algorithm 1.
///
/// @param number the iteration within its lineage, from 1
/// @param policy the checkpoint that poses (unless the Challenger is fixed), answers and learns
public record IterationRequest(RunSettings settings, OpenedRun run, int number, CheckpointRef policy) {

    /// Who poses the tasks.
    public CheckpointRef challenger() {
        return switch (settings.challenger()) {
            case TRAINED -> policy;
            case FIXED -> run.base();
        };
    }
}
