package spice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import spice.follow.ViewChoice;
import spice.settings.SettingsTable;

/// `spice settings`: lists the settings of a run: as a table that fits the terminal, elsewhere as Markdown.
@Command(
        name = "settings",
        description = "List every setting of a run: what it is, what it may be, its value in each preset.",
        footer = {"", "Into a file or a pipe it writes Markdown.", "Example: spice settings | grep -i learning"})
final class SettingsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        (ViewChoice.isTerminal()
                        ? SettingsView.lines(spec.usageMessage().autoWidth(true).width())
                        : SettingsTable.lines())
                .forEach(System.out::println);
    }
}
