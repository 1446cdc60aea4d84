package spice.chaos;

import java.nio.file.Path;
import java.util.Set;
import spice.local.LocalSettings;

/// Settings of `spice chaos`.
///
/// @param runs number of disturbed runs, besides the undisturbed one
/// @param seed of the first disturbed run; the others have the numbers after it
/// @param kinds of disturbances that may happen
/// @param local settings of the user's own stack, which is left alone: each run has its own stack
/// @param folder that holds the runs' stacks; the stacks of disturbed runs that ended as they should are removed
/// @param archive folder of the spice merchant's archive
/// @param program main class of the command line
public record ChaosSettings(
        int runs, long seed, Set<Disturbance> kinds, LocalSettings local, Path folder, Path archive, String program) {
    public ChaosSettings {
        kinds = Set.copyOf(kinds);
    }
}
