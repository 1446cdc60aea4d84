package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(new Spread(List.of(5.0, 1.0, 3.0)).median()).isEqualTo(3);
        assertThat(new Spread(List.of(5.0, 1.0, 3.0, 2.0)).median()).isEqualTo(2.5);
        assertThat(new Spread(List.of(5.0, 1.0, 3.0)).least()).isEqualTo(1);
        assertThat(new Spread(List.of(5.0, 1.0, 3.0)).most()).isEqualTo(5);
    }

    @Test
    void aRatioIsTakenRunByRun() {
        Side ours = new Side(new Spread(List.of(10.0, 2.0, 9.0)), 1);
        Side theirs = new Side(new Spread(List.of(5.0, 1.0, 3.0)), 1);

        Measured both = new Measured("train", Measured.Unit.TOKENS, ours, Optional.of(theirs));

        assertThat(both.ratio().orElseThrow().values()).containsExactly(2.0, 2.0, 3.0);
    }
}
