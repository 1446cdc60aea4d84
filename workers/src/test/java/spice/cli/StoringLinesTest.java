package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoringLinesTest {
    private final List<String> said = new ArrayList<>();
    private Instant now = Instant.EPOCH;

    @Test
    void aFileIsNamedAndThenItsShareEveryFiveSeconds() {
        InstantSource time = () -> now;
        StoringLines lines = new StoringLines(said::add, time.withZone(ZoneOffset.UTC));
        lines.storing("model.safetensors", 269_060_552);
        for (int second = 0; second <= 12; second++) {
            now = Instant.EPOCH.plusSeconds(second);
            lines.at("model.safetensors", second / 12.0);
        }
        assertThat(said)
                .containsExactly(
                        "storing model.safetensors (269.1 MB)",
                        "storing model.safetensors: 42 %",
                        "storing model.safetensors: 83 %");
    }
}
