package spice.chaos;

import java.nio.file.Path;
import java.util.Set;
import spice.local.LocalSettings;

/// What `spice chaos` is told.
///
/// @param runs disturbed ones, beside one that is left alone
/// @param seed of the first run; the others have the numbers after it
/// @param kinds of disturbances that may happen
/// @param local of the user's own stack, which is left alone: each run has one of its own
/// @param folder where the runs' stacks are kept; those of runs that ended as they should are removed
/// @param archive the spice merchant's archive
/// @param program the main class of the command line
public record ChaosSettings(
        int runs, long seed, Set<Disturbance> kinds, LocalSettings local, Path folder, Path archive, String program) {
    public ChaosSettings {
        kinds = Set.copyOf(kinds);
    }
}
