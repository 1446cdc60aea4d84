package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PassAtTest {

    @Test
    void passAtTwoOfFourWithOneCorrectIsAHalf() {
        // of the six pairs among four samples, three hold the correct one
        assertThat(PassAt.passAt(2, 4, 1)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void passAtThreeOfFiveWithTwoCorrectMissesOnceInTen() {
        // of the ten triples among five samples, one holds the three wrong ones
        assertThat(PassAt.passAt(3, 5, 2)).isCloseTo(0.9, within(1e-12));
    }

    @Test
    void passAtOneIsTheMean() {
        assertThat(PassAt.passAt(1, 8, 3)).isCloseTo(PassAt.mean(8, 3), within(1e-12));
        assertThat(PassAt.mean(8, 3)).isEqualTo(0.375);
    }

    @Test
    void asManySamplesAsAllowedPassWithTheFirstCorrectOne() {
        assertThat(PassAt.passAt(64, 64, 0)).isZero();
        assertThat(PassAt.passAt(64, 64, 1)).isEqualTo(1);
    }

    @Test
    void moreWrongSamplesThanCanBeLeftOutPassForSure() {
        // any three of four samples hold one of the two correct ones
        assertThat(PassAt.passAt(3, 4, 2)).isEqualTo(1);
    }
}
