package spice.runs;

import java.util.List;
import java.util.Optional;
import spice.settings.RunSettings;

/// One iteration of Algorithm 1.
///
/// @param number the iteration within its lineage, from 1
/// @param policy the checkpoint that poses (unless the Challenger is fixed), answers and learns
/// @param changes what the operator has changed from this iteration on, for its manifest
/// @param warm the queue of the sampling worker that has the policy at hand, if one is known
public record IterationRequest(
        RunSettings settings,
        OpenedRun run,
        int number,
        CheckpointRef policy,
        List<String> changes,
        Optional<String> warm) {
    public IterationRequest {
        changes = List.copyOf(changes);
    }

    /// The checkpoint that poses the tasks.
    public CheckpointRef challenger() {
        return switch (settings.challenger()) {
            case TRAINED -> policy;
            case FIXED -> run.base();
        };
    }
}
