package spice.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/// The pace at which a command says how far it is: a line every five seconds, in a pipe too.
final class Pace {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Clock clock;
    private Instant next;

    Pace(Clock clock) {
        this.clock = clock;
        this.next = clock.instant().plus(EVERY);
    }

    /// Begins anew, such as after a line that stands for itself.
    void restart() {
        next = clock.instant().plus(EVERY);
    }

    /// Whether it is time for a line; the next is due after that.
    boolean isDue() {
        if (clock.instant().isBefore(next)) {
            return false;
        }
        restart();
        return true;
    }
}
