package spice.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import spice.local.LocalSettings;
import spice.local.StackView;
import spice.program.ExitCode;

/// `spice down`: ends the local stack, whichever program started it.
@Command(
        name = "down",
        description = "Stop the local stack that `spice up` or `spice demo` has started.",
        footer = {
            "",
            "Runs that are under way go on after the next `spice up`. SPICE_HOME says which stack.",
            "Example: spice down"
        })
final class DownCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        LocalSettings settings = LocalSettings.ofThisProcess();
        List<String> stopped = new StackView(settings).end();
        System.out.println(
                stopped.isEmpty()
                        ? "no stack runs in " + settings.home()
                        : "stopped %s of the stack in %s".formatted(String.join(", ", stopped), settings.home()));
        return ExitCode.OK;
    }
}
