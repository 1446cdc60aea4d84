package spice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `spice retry`.
@Command(
        name = "retry",
        description = "Let a run that needs attention take again what failed.",
        footer = {"", "Example: spice retry mine --fresh --set learningRate=1e-4"})
final class RetryCommand extends UpdateCommand {
    @Option(
            names = "--fresh",
            description = "With other seeds: a failure that follows from its inputs comes back without.")
    private boolean fresh;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "NAME=VALUE",
            description = "A setting to change first. Repeatable.")
    private Map<String, String> set = Map.of();

    RetryCommand() {
        super("retryIteration");
    }

    @Override
    Object[] input() {
        ObjectNode how = new ObjectMapper().createObjectNode().put("fresh", fresh);
        if (!set.isEmpty()) {
            how.set("settings", RunOptions.object(set));
        }
        return new Object[] {how};
    }
}
