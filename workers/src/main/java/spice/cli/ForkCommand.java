package spice.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.temporal.Patience;
import spice.temporal.RunStarter;
import spice.temporal.TemporalConnection;

/// `spice fork`: starts a new lineage from any kept checkpoint.
@Command(
        name = "fork",
        description = "Start a run on a lineage of its own from another lineage's checkpoint.",
        footer = {
            "",
            "In the Temporal UI the same is {\"startFrom\": \"mine@12\", ...} under a new workflow id.",
            "Example: spice fork mine@12 --lineage gentler --set learningRate=1e-4"
        })
final class ForkCommand implements Callable<Integer> {
    @Parameters(paramLabel = "LINEAGE@ITERATION", description = "The checkpoint to start from.")
    private String from = "";

    @Option(names = "--lineage", description = "The new lineage's name (default: fork and the time).")
    private @Nullable String lineage;

    @Option(names = "--detach", description = "Start the run and return.")
    private boolean detach;

    @Mixin
    private RunOptions options = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        String id = lineage != null ? lineage : "fork-" + RunCommand.newName();
        ObjectNode settings = options.object().put("startFrom", from);
        RunOptions.checked(settings);
        try (TemporalConnection temporal = TemporalConnection.open("spice fork", Patience.COMMAND)) {
            RunCommand.introduce(temporal, id);
            RunStarter.start(temporal, id, settings);
            return RunCommand.follow(temporal, id, detach);
        }
    }
}
