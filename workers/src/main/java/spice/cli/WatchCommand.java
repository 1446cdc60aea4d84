package spice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.follow.OptionalStore;
import spice.follow.RunFollower;
import spice.follow.RunView;
import spice.follow.ViewChoice;
import spice.program.ExitCode;
import spice.temporal.Patience;
import spice.temporal.TemporalConnection;

/// `spice watch`: follows a run that is going on, or shows how one ended.
@Command(
        name = "watch",
        description = "Follow a run: how far it is, its last tasks and its speed. Ctrl-C leaves the run going on.",
        footer = {
            "",
            "On a terminal the view is kept up to date; into a file or a pipe it is a line for each event. A run that",
            "needs a person ends the latter with exit code 5, and goes on waiting.",
            "Example: spice watch mine --json"
        })
final class WatchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "The run: its lineage's name, as `spice status` lists it.")
    private String run = "";

    @Option(names = "--json", description = "One JSON object a line for each event; see docs/watching.md.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        ViewChoice choice = ViewChoice.of(json);
        try (TemporalConnection temporal = TemporalConnection.open("spice watch", Patience.LOOK);
                OptionalStore store = choice.usesStore() ? OptionalStore.open() : OptionalStore.NONE) {
            RunView view = choice.open(System.out, store.get());
            new RunFollower(temporal, run, view, store.get()).follow();
            return ExitCode.OK;
        }
    }
}
