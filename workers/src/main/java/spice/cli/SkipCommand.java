package spice.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `spice skip`.
@Command(
        name = "skip",
        description = "Let a run that needs attention go on without what failed.",
        footer = {"", "Example: spice skip mine --reason \"bad documents\""})
final class SkipCommand extends UpdateCommand {
    @Option(names = "--reason", description = "Why, for the checkpoint's manifest and whoever reads the run.")
    private @Nullable String reason;

    SkipCommand() {
        super("skipIteration");
    }

    @Override
    Object[] input() {
        return reason == null ? new Object[0] : new Object[] {reason};
    }
}
