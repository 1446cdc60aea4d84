package spice.temporal;

import java.util.function.Consumer;
import spice.local.StackAddresses;
import spice.settings.SettingsReader;

/// Links to the Temporal UI's form for starting a run, which templates fill in.
public final class StartLinks {
    private StartLinks() {}

    /// Makes the templates that are missing, and prints the address of the start form for each preset.
    public static void show(StackAddresses addresses, Consumer<String> out) {
        addresses.ui().ifPresent(ui -> {
            try (TemporalConnection temporal =
                    TemporalConnection.openAt(addresses.temporal(), "spice up", Patience.OWN_STACK)) {
                StartTemplates.seed(temporal);
                SettingsReader.presets()
                        .forEach(preset -> out.accept("Start a run      %s: %s"
                                .formatted(preset, StartTemplates.link(ui, temporal.namespace(), preset))));
            }
        });
    }
}
