package spice.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import spice.checkpoints.StoredModel;

/// Says which file of a model is being stored, and every few seconds how far it is.
final class StoringLines implements StoredModel.Listener {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Consumer<String> say;
    private final Clock clock;
    private Instant next = Instant.MIN;

    StoringLines(Consumer<String> say, Clock clock) {
        this.say = say;
        this.clock = clock;
    }

    @Override
    public void storing(String file, long bytes) {
        next = clock.instant().plus(EVERY);
        say.accept(String.format(Locale.ROOT, "storing %s (%.1f MB)", file, bytes / 1e6));
    }

    @Override
    public void at(String file, double share) {
        Instant now = clock.instant();
        if (!now.isBefore(next)) {
            next = now.plus(EVERY);
            say.accept(String.format(Locale.ROOT, "storing %s: %.0f %%", file, 100 * share));
        }
    }
}
