package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardTest {
    @Test
    void groupsOfOneSizeAreOneLaneEach() {
        Shard shard = Shard.of(List.of(group(3), group(3)));

        assertThat(shard.slots()).isEqualTo(3);
        assertThat(shard.lanes()).containsExactly(0, 1);
        assertThat(shard.rows()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void aLargeGroupAmongSmallOnesIsSpreadOverLanes() {
        // Lanes times (slots + 4): 9 x 5 with one slot, 5 x 6 with two, 4 x 7 with three, 4 x 8, 4 x 9, 3 x 10 with
        // six.
        Shard shard = Shard.of(List.of(group(6), group(2), group(1)));

        assertThat(shard.slots()).isEqualTo(3);
        assertThat(shard.lanes()).containsExactly(0, 0, 1, 2);
        assertThat(shard.completions()).isEqualTo(9);
        assertThat(shard.rows()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 9, 8, 9, 9);
    }

    private static PromptGroup group(int seeds) {
        return new PromptGroup(
                new int[] {1}, IntStream.range(0, seeds).asLongStream().toArray());
    }
}
