package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UniformsTest {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    /// The JDK's SplittableRandom is the same algorithm in sequence. Its first number is its seed plus gamma,
    /// scrambled.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 42, Long.MAX_VALUE, GOLDEN_GAMMA})
    void lookedUpNumbersAreThoseOfTheSequence(long seed) {
        long scrambled = new SplittableRandom(seed - GOLDEN_GAMMA).nextLong();
        SplittableRandom sequence = new SplittableRandom(scrambled);
        for (int position = 0; position < 100; position++) {
            assertThat(Uniforms.uniform(seed, position)).isEqualTo(sequence.nextDouble());
        }
    }

    @Test
    void seedsThatAreOneGammaApartShareNoNumbers() {
        assertThat(Uniforms.uniform(7 + GOLDEN_GAMMA, 0)).isNotEqualTo(Uniforms.uniform(7, 1));
    }
}
