package spice.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;

class DrawTest {
    private static final Seed SEED = new Seed(7);

    @Test
    void everyPassDealsEachDocumentOnce() {
        List<Integer> dealt = new ArrayList<>();
        for (int iteration = 0; iteration < 15; iteration++) {
            dealt.addAll(Draw.positions(10, iteration * 4L, 4, SEED));
        }
        for (int pass = 0; pass < 6; pass++) {
            assertThat(dealt.subList(10 * pass, 10 * pass + 10))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 10).boxed().toList());
        }
    }

    @Test
    void passesAreShuffledEachInItsOwnWay() {
        assertThat(Draw.positions(10, 0, 10, SEED)).isNotEqualTo(Draw.positions(10, 10, 10, SEED));
        assertThat(Draw.positions(10, 0, 10, SEED)).isNotEqualTo(Draw.positions(10, 0, 10, new Seed(8)));
    }

    @Test
    void theCursorAloneDecidesWhereToGoOn() {
        List<Integer> whole = Draw.positions(10, 0, 12, SEED);
        assertThat(Draw.positions(10, 8, 4, SEED)).isEqualTo(whole.subList(8, 12));
    }
}
