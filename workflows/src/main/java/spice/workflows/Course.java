package spice.workflows;

import java.util.List;
import java.util.Optional;
import spice.settings.RunSettings;

/// What a run is doing, for as long as the operator changes nothing.
///
/// @param settings in force
/// @param run what stands fixed besides them
/// @param changes what the operator has changed since the last committed checkpoint, for the next one's manifest
/// @param fresh how often an iteration was begun again with fresh seeds
/// @param warm the sampling worker that has the newest checkpoint at hand, if one says so
public record Course(RunSettings settings, OpenedRun run, List<String> changes, int fresh, Optional<String> warm) {
    public Course {
        changes = List.copyOf(changes);
    }

    Course withSettings(RunSettings changed) {
        return new Course(changed, run, changes, fresh, warm);
    }

    /// The same after a commit by this iteration's trainer.
    Course committed(Optional<String> trainer) {
        return new Course(settings, run, List.of(), fresh, trainer);
    }
}
