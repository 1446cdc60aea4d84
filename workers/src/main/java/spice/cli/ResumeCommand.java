package spice.cli;

import picocli.CommandLine.Command;

/// `spice resume`.
@Command(
        name = "resume",
        description = "Let a paused run go on.",
        footer = {"", "Example: spice resume mine"})
final class ResumeCommand extends UpdateCommand {
    ResumeCommand() {
        super("resume");
    }

    @Override
    Object[] input() {
        return new Object[0];
    }
}
