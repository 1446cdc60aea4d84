package spice.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.Retirement;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.CheckpointRef;
import spice.store.Stored;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3Upkeep;

/// What `spice store pin` and `unpin` share: the checkpoint that they take.
abstract class StorePinCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "CHECKPOINT", description = CheckpointArgument.DESCRIPTION)
    private String name = "";

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// @throws UserError if there is no such checkpoint
    CheckpointRef checkpoint(Checkpoints checkpoints) {
        return CheckpointArgument.find(checkpoints, name);
    }

    /// `spice store pin`.
    @Command(
            name = "pin",
            description = "Keep a checkpoint's weights whatever `spice store gc` is told to keep.",
            footer = {"", "Example: spice store pin mine@12"})
    static final class Pin extends StorePinCommand {
        @Override
        public Integer call() {
            try (S3BlobStore store =
                    S3BlobStore.open(LocalSettings.ofThisProcess().s3())) {
                Checkpoints checkpoints = new Checkpoints(store);
                CheckpointRef checkpoint = checkpoint(checkpoints);
                checkpoints.pin(checkpoint);
                Optional<Retirement> gone = checkpoints.retirement(checkpoint);
                if (gone.isPresent()) {
                    throw new UserError(checkpoints.goneSince(checkpoint, gone.get()));
                }
                out().println("pinned " + checkpoint.name());
            }
            return ExitCode.OK;
        }
    }

    /// `spice store unpin`.
    @Command(
            name = "unpin",
            description = "Leave a checkpoint to `spice store gc` again.",
            footer = {"", "Example: spice store unpin mine@12"})
    static final class Unpin extends StorePinCommand {
        @Override
        public Integer call() {
            S3Location location = LocalSettings.ofThisProcess().s3();
            try (S3BlobStore store = S3BlobStore.open(location);
                    S3Upkeep upkeep = S3Upkeep.open(location)) {
                CheckpointRef checkpoint = checkpoint(new Checkpoints(store));
                Stored.Content pin = new Stored.Named(Checkpoints.pinName(checkpoint));
                upkeep.remove(upkeep.list().objects().stream()
                        .filter(object -> object.content().equals(pin))
                        .toList());
                out().println("no longer pinned: " + checkpoint.name());
            }
            return ExitCode.OK;
        }
    }
}
