package spice.workers;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `spice watch`: stays with a run that is going on, or shows how one ended.
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
    /// A run that is going on has a server, which may just be starting again.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Parameters(paramLabel = "RUN", description = "The run: its lineage's name, as `spice status` lists it.")
    private String run = "";

    @Option(names = "--json", description = "One JSON object a line for each event; see docs/operating.md.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        boolean screen = !json && RunViews.isScreen();
        try (TemporalConnection temporal = TemporalConnection.open("spice watch", PATIENCE);
                OptionalStore store = json || screen ? OptionalStore.open() : OptionalStore.NONE) {
            RunView view = json
                    ? new JsonView(System.out)
                    : screen ? new ScreenView(System.out, store.get()) : RunViews.lines(System.out);
            new RunFollower(temporal, run, view, store.get()).follow();
            return ExitCode.OK;
        }
    }
}
