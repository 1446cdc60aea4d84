package spice.runs;

import java.util.List;
import java.util.Optional;
import spice.settings.RunSettings;

/// What a run does until the operator changes something.
///
/// @param settings in force
/// @param run what is fixed besides the settings
/// @param changes what the operator has changed since the last committed checkpoint, for the next one's manifest
/// @param fresh how often an iteration was retried with fresh seeds
/// @param warm the queue of the sampling worker that has the newest checkpoint at hand, if one is known
public record RunPlan(RunSettings settings, OpenedRun run, List<String> changes, int fresh, Optional<String> warm) {
    public RunPlan {
        changes = List.copyOf(changes);
    }

    public RunPlan withSettings(RunSettings changed) {
        return new RunPlan(changed, run, changes, fresh, warm);
    }

    /// The plan after a commit.
    ///
    /// @param trainer the queue of the sampling worker beside the trainer, if there is one
    RunPlan committed(Optional<String> trainer) {
        return new RunPlan(settings, run, List.of(), fresh, trainer);
    }
}
