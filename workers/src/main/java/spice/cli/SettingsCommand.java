package spice.cli;

import picocli.CommandLine.Command;
import spice.settings.SettingsTable;

/// `spice settings`: lists the settings of a run.
@Command(
        name = "settings",
        description = "List every setting of a run: what it is, what it may be, its value in each preset.",
        footer = {"", "Example: spice settings | grep -i learning"})
final class SettingsCommand implements Runnable {
    @Override
    public void run() {
        SettingsTable.lines().forEach(System.out::println);
    }
}
