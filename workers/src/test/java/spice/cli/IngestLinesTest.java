package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import spice.ingest.IngestProgress.Stage;
import spice.store.MovedClock;

class IngestLinesTest {

    @Test
    void aLineIsSaidEveryFiveSecondsAndNoneForAShortIngest() {
        MovedClock clock = new MovedClock();
        List<String> said = new ArrayList<>();
        IngestLines lines = new IngestLines(said::add, clock);
        for (int second = 0; second < 12; second++) {
            lines.at(second < 7 ? Stage.HASH : Stage.PARSE, second, 40);
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(said).containsExactly("looking at 5 of 40 files", "reading 10 of 40 files");
    }
}
