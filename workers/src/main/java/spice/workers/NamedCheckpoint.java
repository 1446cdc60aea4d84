package spice.workers;

import java.util.Optional;
import spice.activities.Checkpoints;
import spice.local.UserError;
import spice.settings.StartFrom;
import spice.workflows.CheckpointRef;

/// A checkpoint that somebody names on the command line.
final class NamedCheckpoint {
    /// Of such an argument.
    static final String DESCRIPTION = "As `spice status` names it, or as LINEAGE@ITERATION.";

    private NamedCheckpoint() {}

    /// @throws UserError if there is no such checkpoint
    static CheckpointRef find(Checkpoints checkpoints, String name) {
        Optional<CheckpointRef> found = StartFrom.parse(name)
                .flatMap(start -> start instanceof StartFrom.Fork(String lineage, int iteration)
                        ? checkpoints.at(lineage, iteration)
                        : Optional.empty())
                .or(() -> checkpoints.named(name));
        return found.orElseThrow(() -> new UserError(
                "there is no checkpoint %s; name one as checkpoints/LINEAGE/BRANCH/ITERATION or LINEAGE@ITERATION, see `spice status`"
                        .formatted(name),
                ExitCode.BAD_INPUT));
    }
}
