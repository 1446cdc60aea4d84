package spice.cli;

import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.CheckpointRef;
import spice.settings.StartFrom;

/// A checkpoint named on the command line.
final class CheckpointArgument {
    /// What the help says of such an argument.
    static final String DESCRIPTION = "As `spice status` names it, or as LINEAGE@ITERATION.";

    private CheckpointArgument() {}

    /// The checkpoint of this name.
    ///
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
