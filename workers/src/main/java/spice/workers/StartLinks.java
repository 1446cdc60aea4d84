package spice.workers;

import java.time.Duration;
import java.util.function.Consumer;
import spice.local.StackAddresses;
import spice.settings.SettingsReader;

/// Where to start a run in the Temporal UI, with the templates behind it.
final class StartLinks {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private StartLinks() {}

    /// Sees to it that the templates are there, and names the start form's address for each.
    static void show(StackAddresses addresses, Consumer<String> out) {
        addresses.ui().ifPresent(ui -> {
            try (TemporalConnection temporal = TemporalConnection.open(addresses.temporal(), "spice up", PATIENCE)) {
                Templates.seed(temporal);
                String namespace = temporal.client().getOptions().getNamespace();
                SettingsReader.presets()
                        .forEach(preset -> out.accept(
                                "Start a run      %s: %s".formatted(preset, Templates.link(ui, namespace, preset))));
            }
        });
    }
}
