package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubsampleTest {
    private static final Seed SEED = new Seed(7);

    @ParameterizedTest
    @CsvSource({
        "64, 0, 0", // nothing valid, nothing to keep
        "64, 1, 1", // 8 * 1/64 rounds to 0, but one is kept
        "64, 16, 2",
        "64, 20, 3", // 2.5 rounds up
        "64, 63, 8", // 7.875 rounds up
        "64, 64, 8",
        "8, 3, 3", // as many as the group holds: all stay
        "5, 2, 2", // fewer than the group holds: all stay
        "9, 8, 7", // 7.1
    })
    void aGroupOfEightKeepsTheRatio(int attempts, int valid, int kept) {
        List<Integer> numbers = IntStream.range(0, attempts).boxed().toList();
        Predicate<Integer> isValid = number -> number < valid;
        List<Integer> group = Subsample.ratioPreserving(numbers, isValid, 8, SEED);
        assertThat(group).hasSize(Math.min(8, attempts)).isSorted().doesNotHaveDuplicates();
        assertThat(group.stream().filter(isValid)).hasSize(kept);
    }

    @Test
    void theSeedAloneDecidesWhichAreDrawn() {
        List<Integer> attempts = IntStream.range(0, 100).boxed().toList();
        Predicate<Integer> isValid = number -> number % 2 == 0;
        assertThat(Subsample.ratioPreserving(attempts, isValid, 8, SEED))
                .isEqualTo(Subsample.ratioPreserving(attempts, isValid, 8, SEED))
                .isNotEqualTo(Subsample.ratioPreserving(attempts, isValid, 8, new Seed(8)));
    }

    @Test
    void eachAttemptHasTheSameChance() {
        List<Integer> attempts = IntStream.range(0, 4).boxed().toList();
        int[] drawn = new int[4];
        for (int trial = 0; trial < 4_000; trial++) {
            Subsample.ratioPreserving(attempts, _ -> true, 1, SEED.child("trial", trial))
                    .forEach(number -> drawn[number]++);
        }
        // 1,000 expected, deviation sqrt(4000 * 1/4 * 3/4) = 27; five of them allowed
        assertThat(IntStream.of(drawn).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(863, 1137));
    }

    @Test
    void oneValidTaskIsChosenWithEqualChances() {
        List<String> group = List.of("invalid", "first", "invalid", "second");
        Predicate<String> isValid = task -> !task.equals("invalid");
        long first = IntStream.range(0, 1_000)
                .filter(trial -> Subsample.chooseTask(group, isValid, SEED.child("trial", trial))
                        .orElseThrow()
                        .equals("first"))
                .count();
        // 500 expected, deviation sqrt(1000 / 4) = 16; five of them allowed
        assertThat(first).isBetween(420L, 580L);
    }

    @Test
    void aGroupWithoutAValidTaskGivesTheReasonerNothing() {
        assertThat(Subsample.chooseTask(List.of("invalid"), _ -> false, SEED)).isEmpty();
    }
}
