package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelfBleuTest {
    @Test
    void equalTextsAreWhollyAlike() {
        assertThat(SelfBleu.of(List.of("clove 7 plus 5", "Clove 7  plus 5", "clove 7 plus 5"))
                        .orElseThrow())
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void textsWithoutACommonWordAreNotAlike() {
        assertThat(SelfBleu.of(List.of("a b c d", "e f g h")).orElseThrow()).isZero();
    }

    @Test
    void oneTextHasNothingToBeLike() {
        assertThat(SelfBleu.of(List.of("a b c d"))).isEmpty();
        assertThat(SelfBleu.of(List.of())).isEmpty();
    }

    /// "a b c d e" against "a b c d f": precisions 4/5, 3/4, 2/3, 1/2, product 1/5; and likewise the other way
    /// round.
    @Test
    void sharedNGramsCountInEveryOrder() {
        assertThat(SelfBleu.of(List.of("a b c d e", "a b c d f")).orElseThrow())
                .isCloseTo(Math.pow(0.2, 0.25), within(1e-12));
    }

    /// "a a" has orders 1 and 2 only. Against "a b b" one of two a's counts, and no "a a": 0. "a b b" against it
    /// shares an a and no pair: 0.
    @Test
    void aWordCountsAsOftenAsAnyOtherTextHasIt() {
        assertThat(SelfBleu.of(List.of("a a", "a b b")).orElseThrow()).isZero();
    }

    /// "a" against "a b": precision 1 in the one order it has, brevity e^(1 - 2/1). "a b" against "a": no pair: 0.
    @Test
    void aShortTextIsPunished() {
        assertThat(SelfBleu.of(List.of("a", "a b")).orElseThrow()).isCloseTo(Math.exp(-1) / 2, within(1e-12));
    }
}
