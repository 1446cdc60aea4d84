package spice.cli;

import java.time.Clock;
import java.util.function.Consumer;
import spice.ingest.IngestProgress;

/// Says every few seconds how far an ingest is, a line each, so that it can be read in a file and a pipe too.
final class IngestLines implements IngestProgress {
    private final Consumer<String> say;
    private final Pace pace;

    IngestLines(Consumer<String> say, Clock clock) {
        this.say = say;
        this.pace = new Pace(clock);
    }

    @Override
    public void at(Stage stage, int done, int total) {
        if (!pace.isDue()) {
            return;
        }
        String doing = switch (stage) {
            case HASH -> "looking at";
            case PARSE -> "reading";
            case WRITE -> "writing";
        };
        say.accept("%s %d of %d files".formatted(doing, done, total));
    }
}
