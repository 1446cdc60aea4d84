package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffledRewardsTest {
    private static final List<Integer> REWARDS = IntStream.range(0, 50).boxed().toList();

    @Test
    void theBatchKeepsItsRewardsInAnotherOrder() {
        List<Integer> permuted = ShuffledRewards.permuted(REWARDS, new Seed(1));
        assertThat(permuted).containsExactlyInAnyOrderElementsOf(REWARDS).isNotEqualTo(REWARDS);
    }

    @Test
    void theSeedAloneDecidesTheOrder() {
        assertThat(ShuffledRewards.permuted(REWARDS, new Seed(1)))
                .isEqualTo(ShuffledRewards.permuted(REWARDS, new Seed(1)))
                .isNotEqualTo(ShuffledRewards.permuted(REWARDS, new Seed(2)));
    }
}
