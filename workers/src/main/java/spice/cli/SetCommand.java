package spice.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `spice set`.
@Command(
        name = "set",
        description = "Change a run's settings from its next iteration on; on a new branch of the lineage if they "
                + "have an effect on results.",
        footer = {"", "Example: spice set mine learningRate=1e-4 iterations=60"})
final class SetCommand extends UpdateCommand {
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME=VALUE", description = "The settings.")
    private Map<String, String> set = Map.of();

    SetCommand() {
        super("changeSettings");
    }

    @Override
    Object[] input() {
        return new Object[] {RunOptions.object(set)};
    }
}
