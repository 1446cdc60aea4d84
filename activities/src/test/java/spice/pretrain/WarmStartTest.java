package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WarmStartTest {
    private final PretrainSettings settings = new PretrainSettings(1, 1000, 128, 2e-3, 100, 400, 1);

    @Test
    void theLearningRateRisesThenFallsToATwentieth() {
        assertThat(settings.learningRate(0)).isCloseTo(2e-5, within(1e-9));
        assertThat(settings.learningRate(99)).isCloseTo(2e-3 * (0.05 + 0.95 * 0.901), within(1e-9));
        assertThat(settings.learningRate(999)).isCloseTo(2e-3 * (0.05 + 0.95 * 0.001), within(1e-9));
    }

    @Test
    void ledgersGrowFromTwoLinesToEight() {
        assertThat(WarmStart.longestLedger(0, settings)).isEqualTo(2);
        assertThat(WarmStart.longestLedger(200, settings)).isEqualTo(5);
        assertThat(WarmStart.longestLedger(399, settings)).isEqualTo(7);
        assertThat(WarmStart.longestLedger(400, settings)).isEqualTo(8);
    }
}
