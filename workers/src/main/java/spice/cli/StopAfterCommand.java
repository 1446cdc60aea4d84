package spice.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `spice stop-after`.
@Command(
        name = "stop-after",
        description = "End a run after an iteration.",
        footer = {"", "Example: spice stop-after mine 40"})
final class StopAfterCommand extends UpdateCommand {
    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ITERATION",
            description = "Its number in the lineage (default: the next one to finish).")
    private @Nullable Integer iteration;

    StopAfterCommand() {
        super("stopAfterIteration");
    }

    @Override
    Object[] input() {
        return iteration == null ? new Object[0] : new Object[] {iteration};
    }
}
