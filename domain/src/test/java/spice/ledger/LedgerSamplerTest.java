package spice.ledger;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;

class LedgerSamplerTest {

    @Test
    void aDrawnLineIsTrueOfItsLevelAndOfItsPartOfThePairs() {
        RandomGenerator random = new Seed(1).random();
        for (Level level : Level.values()) {
            for (boolean heldOut : List.of(false, true)) {
                for (int i = 0; i < 200; i++) {
                    LedgerLine line = LedgerSampler.draw(random, level, heldOut);
                    assertThat(line.level()).isEqualTo(level);
                    assertThat(OperandSplit.heldOut(line.right(), line.left())).isEqualTo(heldOut);
                    assertThat(line.result()).isNotNegative();
                    assertThat(line).isEqualTo(LedgerLine.of(line.item(), line.left(), line.operation(), line.right()));
                    assertThat(digits(line.left()))
                            .isEqualTo(digits(line.right()))
                            .isBetween(1, 4);
                }
            }
        }
    }

    @Test
    void longNumbersAreForHardLines() {
        RandomGenerator random = new Seed(2).random();
        Map<Integer, Long> easy = lengths(Stream.generate(() -> LedgerSampler.draw(random, Level.EASY, false)));
        Map<Integer, Long> hard = lengths(Stream.generate(() -> LedgerSampler.draw(random, Level.HARD, false)));
        assertThat(easy).containsOnlyKeys(1, 2, 3);
        assertThat(hard).containsOnlyKeys(2, 3, 4);
    }

    @Test
    void everyPageOffersEveryLevelAndPagesTogetherKeepTheShares() {
        RandomGenerator random = new Seed(3).random();
        List<List<LedgerLine>> pages = IntStream.range(0, 1000)
                .mapToObj(i -> LedgerSampler.page(random, 20, false))
                .toList();
        assertThat(pages)
                .allSatisfy(page -> assertThat(page.stream().map(LedgerLine::level))
                        .hasSize(20)
                        .contains(Level.values()));
        // 15 % and 25 % of twenty lines are three and five exactly.
        Map<Level, Long> levels =
                pages.stream().flatMap(List::stream).collect(groupingBy(LedgerLine::level, counting()));
        assertThat(levels).isEqualTo(Map.of(Level.EASY, 12_000L, Level.SOME, 5_000L, Level.HARD, 3_000L));

        double someOfSix = IntStream.range(0, 2000)
                .mapToLong(i -> LedgerSampler.page(random, 6, false).stream()
                        .filter(line -> line.level() == Level.SOME)
                        .count())
                .average()
                .orElseThrow();
        assertThat(someOfSix).isCloseTo(1.5, within(0.05));
    }

    @Test
    void aPageIsShuffled() {
        RandomGenerator random = new Seed(4).random();
        Map<Level, Long> first = IntStream.range(0, 3000)
                .mapToObj(i -> LedgerSampler.page(random, 3, true).getFirst().level())
                .collect(groupingBy(level -> level, counting()));
        assertThat(first.values()).allSatisfy(count -> assertThat(count).isBetween(900L, 1100L));
    }

    @Test
    void theSameSeedDrawsTheSamePage() {
        assertThat(LedgerSampler.page(new Seed(5).random(), 6, true))
                .isEqualTo(LedgerSampler.page(new Seed(5).random(), 6, true))
                .isNotEqualTo(LedgerSampler.page(new Seed(6).random(), 6, true));
    }

    @Test
    void aPageTooShortForThreeLevelsIsRefused() {
        assertThatThrownBy(() -> LedgerSampler.page(new Seed(7).random(), 2, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 lines");
    }

    private static Map<Integer, Long> lengths(Stream<LedgerLine> lines) {
        return lines.limit(300).collect(groupingBy(line -> digits(line.left()), counting()));
    }

    private static int digits(int number) {
        return Integer.toString(number).length();
    }
}
