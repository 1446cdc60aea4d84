package spice.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import spice.ingest.IngestProgress;

/// Says every few seconds how far an ingest is, a line each, so that it can be read in a file and a pipe too.
final class IngestLines implements IngestProgress {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Consumer<String> say;
    private final Clock clock;
    private Instant next;

    IngestLines(Consumer<String> say, Clock clock) {
        this.say = say;
        this.clock = clock;
        this.next = clock.instant().plus(EVERY);
    }

    @Override
    public void at(Stage stage, int done, int total) {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(EVERY);
        String doing = switch (stage) {
            case HASH -> "looking at";
            case PARSE -> "reading";
            case WRITE -> "writing";
        };
        say.accept("%s %d of %d files".formatted(doing, done, total));
    }
}
