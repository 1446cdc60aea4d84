package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdvantagesTest {

    @Test
    void rewardsAreCentredButNotScaled() {
        // mean 1/4; divided by the deviation the first would be 1.73
        assertThat(Advantages.centred(1, 0, 0, 0)).containsExactly(0.75, -0.25, -0.25, -0.25);
    }

    @Test
    void aGroupThatAgreesTeachesExactlyNothing() {
        assertThat(Advantages.centred(1, 1, 1, 1)).containsOnly(0.0);
        // three times 0.1, summed and divided by 3 in floating point, is not 0.1
        assertThat(Advantages.centred(Rewards.INVALID, Rewards.INVALID, Rewards.INVALID))
                .containsOnly(0.0);
    }
}
