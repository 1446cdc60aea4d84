package spice.cli;

import picocli.CommandLine.Command;

/// `spice pause`.
@Command(
        name = "pause",
        description = "Let a run begin no further iteration; the one under way goes on.",
        footer = {"", "Example: spice pause mine"})
final class PauseCommand extends UpdateCommand {
    PauseCommand() {
        super("pause");
    }

    @Override
    Object[] input() {
        return new Object[0];
    }
}
