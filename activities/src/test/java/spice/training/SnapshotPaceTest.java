package spice.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SnapshotPaceTest {
    private long seconds;

    private SnapshotPace pace(int guess) {
        return new SnapshotPace(() -> seconds * 1_000_000_000, 0.05, Duration.ofSeconds(10), Duration.ofSeconds(guess));
    }

    @Test
    void theFirstIsDueWhenTheWorkIsTwentyTimesItsGuessedCost() {
        SnapshotPace pace = pace(3);
        seconds = 59;
        assertThat(pace.isDue()).isFalse();
        assertThat(pace.pays()).isTrue();
        seconds = 60;
        assertThat(pace.isDue()).isTrue();
    }

    @Test
    void theNextFollowsWhatTheLastTook() {
        SnapshotPace pace = pace(3);
        seconds = 60;
        pace.take(() -> seconds += 7);
        seconds = 67 + 139;
        assertThat(pace.isDue()).isFalse();
        seconds = 67 + 140;
        assertThat(pace.isDue()).isTrue();
        assertThat(pace).hasToString("207.0 s, of which 1 snapshots took 7.00 s (3.4 %)");
    }

    @Test
    void cheapOnesDoNotFollowEachOtherAtOnce() {
        SnapshotPace pace = pace(0);
        seconds = 9;
        assertThat(pace.isDue()).isFalse();
        seconds = 10;
        assertThat(pace.isDue()).isTrue();
    }
}
