package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.model.Layout.Cost;
import spice.model.Layout.Lane;

class LayoutTest {
    private static final Cost COST = new Cost(4, 1);

    @Test
    void groupsOfOneSizeAreOneLaneEach() {
        Layout layout = Layout.cheapest(List.of(lane(0, 0, 3), lane(1, 3, 3)), COST);

        assertThat(layout.slots()).isEqualTo(3);
        assertThat(layout.lanes()).extracting(Lane::group).containsExactly(0, 1);
        assertThat(layout.lanes()).extracting(Lane::rows).containsExactly(new int[] {0, 1, 2}, new int[] {3, 4, 5});
        assertThat(layout.cost(COST)).isEqualTo(14);
    }

    @Test
    void aLargeGroupAmongSmallOnesIsSpreadOverLanes() {
        // Lanes times (slots + 4), for one to six slots: 9 x 5, 5 x 6, 4 x 7, 4 x 8, 4 x 9, 3 x 10.
        Layout layout = Layout.cheapest(List.of(lane(0, 0, 6), lane(1, 6, 2), lane(2, 8, 1)), COST);

        assertThat(layout.slots()).isEqualTo(3);
        assertThat(layout.lanes()).extracting(Lane::group).containsExactly(0, 0, 1, 2);
        assertThat(layout.lanes())
                .extracting(Lane::rows)
                .containsExactly(new int[] {0, 1, 2}, new int[] {3, 4, 5}, new int[] {6, 7}, new int[] {8});
    }

    private static Lane lane(int group, int first, int rows) {
        return new Lane(
                group, Lane.FRESH, 0, IntStream.range(first, first + rows).toArray());
    }
}
