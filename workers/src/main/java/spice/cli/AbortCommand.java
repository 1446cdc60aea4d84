package spice.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `spice abort`.
@Command(
        name = "abort",
        description = "End a run at once as failed. What is committed stays.",
        footer = {"", "Example: spice abort mine --reason \"wrong corpus\""})
final class AbortCommand extends UpdateCommand {
    @Option(names = "--reason", description = "Why, for the checkpoint's manifest and whoever reads the run.")
    private @Nullable String reason;

    AbortCommand() {
        super("abort");
    }

    @Override
    Object[] input() {
        return reason == null ? new Object[0] : new Object[] {reason};
    }
}
