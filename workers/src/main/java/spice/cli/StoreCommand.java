package spice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import spice.program.ExitCode;

/// `spice store`: looks after what runs leave behind.
@Command(
        name = "store",
        description = "Remove from the store what nothing needs any more; check what is in it.",
        subcommands = {
            StoreGcCommand.class,
            StorePinCommand.Pin.class,
            StorePinCommand.Unpin.class,
            StoreVerifyCommand.class
        },
        footer = {"", "Example: spice store gc --dry-run"})
final class StoreCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.BAD_INPUT;
    }
}
