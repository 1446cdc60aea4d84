package spice.cli;

import java.time.Clock;
import java.util.Locale;
import java.util.function.Consumer;
import spice.checkpoints.StoredModel;

/// Says which file of a model is being stored, and every few seconds how far it is.
final class StoringLines implements StoredModel.Listener {
    private final Consumer<String> say;
    private final Pace pace;

    StoringLines(Consumer<String> say, Clock clock) {
        this.say = say;
        this.pace = new Pace(clock);
    }

    @Override
    public void storing(String file, long bytes) {
        pace.restart();
        say.accept(String.format(Locale.ROOT, "storing %s (%.1f MB)", file, bytes / 1e6));
    }

    @Override
    public void at(String file, double share) {
        if (pace.isDue()) {
            say.accept(String.format(Locale.ROOT, "storing %s: %.0f %%", file, 100 * share));
        }
    }
}
