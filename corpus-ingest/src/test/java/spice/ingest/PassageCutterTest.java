package spice.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;

class PassageCutterTest {
    /// Counts each word as a token.
    private static final ToIntFunction<String> WORDS =
            text -> text.isBlank() ? 0 : text.strip().split("\\s+").length;
    /// Counts each character as a token, so that blanks and line ends between the parts of a passage count too.
    private static final ToIntFunction<String> CHARACTERS = String::length;

    @Test
    void aTextWithinTheBudgetIsOnePassage() {
        assertThat(cut(WORDS, 6, "a b c\nd\n\ne f")).containsExactly("a b c\nd\n\ne f");
    }

    @Test
    void paragraphsStayWhole() {
        // Eight words in passages of at most six: two of four, and not six and two.
        assertThat(cut(WORDS, 6, "a b\n\nc d\n\ne f\n\ng h")).containsExactly("a b\n\nc d", "e f\n\ng h");
    }

    @Test
    void aLongParagraphIsCutBetweenLines() {
        assertThat(cut(WORDS, 5, "a b c\nd e f\ng h i")).containsExactly("a b c", "d e f", "g h i");
        // Twelve words in passages of at most ten: two of six, and not nine and three.
        assertThat(cut(WORDS, 10, "a b c\nd e f\ng h i\nj k l")).containsExactly("a b c\nd e f", "g h i\nj k l");
    }

    @Test
    void aParagraphThatDoesNotFitAnyMoreStartsTheNextPassage() {
        assertThat(cut(WORDS, 6, "a b c d\n\ne f g\nh i j")).containsExactly("a b c d", "e f g\nh i j");
    }

    @Test
    void aLineOverTheBudgetIsCutAfterASentenceElseAWordElseAnywhere() {
        assertThat(cut(WORDS, 5, "One two three. Four five six. Seven."))
                .containsExactly("One two three.", "Four five six. Seven.");
        assertThat(cut(WORDS, 4, "a b c d e f g")).containsExactly("a b c d", "e f g");
        assertThat(cut(CHARACTERS, 16, "x".repeat(40))).containsExactly("x".repeat(16), "x".repeat(16), "x".repeat(8));
        // Each pepper is a pair of surrogates, which must not be separated.
        assertThat(cut(CHARACTERS, 17, "\uD83C\uDF36".repeat(10)))
                .containsExactly("\uD83C\uDF36".repeat(8), "\uD83C\uDF36".repeat(2));
    }

    @Test
    void everyPassageKeepsToTheBudgetAndTogetherTheyAreTheText() {
        RandomGenerator random = new Seed(1).random();
        for (int i = 0; i < 300; i++) {
            String text = text(random);
            int budget = random.nextInt(16, 200);
            for (ToIntFunction<String> tokens : List.of(WORDS, CHARACTERS)) {
                List<PassageCutter.Piece> pieces = new PassageCutter(tokens, budget).cut(text);
                assertThat(pieces).allSatisfy(piece -> {
                    assertThat(piece.tokens()).isLessThanOrEqualTo(budget).isEqualTo(tokens.applyAsInt(piece.text()));
                    assertThat(piece.text()).isEqualTo(piece.text().strip()).isNotEmpty();
                });
                String joined = pieces.stream().map(PassageCutter.Piece::text).collect(Collectors.joining(" "));
                assertThat(joined.replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
            }
        }
    }

    @Test
    void aLineThatFitsIsNeverCut() {
        RandomGenerator random = new Seed(2).random();
        for (int i = 0; i < 300; i++) {
            String text = text(random);
            List<String> lines = new ArrayList<>();
            cut(WORDS, 30, text)
                    .forEach(piece ->
                            piece.lines().filter(line -> !line.isEmpty()).forEach(lines::add));
            assertThat(lines)
                    .isEqualTo(text.lines().filter(line -> !line.isEmpty()).toList());
        }
    }

    @Test
    void aLineOfMegabytesIsCutInReasonableTime() {
        long[] counted = {0};
        ToIntFunction<String> counting = text -> {
            counted[0] += text.length();
            return text.length();
        };
        String line = "word ".repeat(1_000_000);
        assertThat(new PassageCutter(counting, 6000).cut(line.strip())).hasSizeBetween(834, 1700);
        // The work is linear in the text: each character is counted a few dozen times, not thousands of times.
        assertThat(counted[0]).isLessThan(60L * line.length());
    }

    @Test
    void aCounterThatKnowsNoneOfTheWordsMakesOnePassage() {
        assertThat(cut(text -> 0, 16, "a b c\n\nd e f")).containsExactly("a b c\n\nd e f");
    }

    private static List<String> cut(ToIntFunction<String> tokens, int budget, String text) {
        return new PassageCutter(tokens, budget)
                .cut(text).stream().map(PassageCutter.Piece::text).toList();
    }

    /// Clean text: up to forty lines of up to thirty words, some separated by empty lines.
    private static String text(RandomGenerator random) {
        return IntStream.range(0, random.nextInt(1, 40))
                .mapToObj(line -> IntStream.range(0, random.nextInt(1, 31))
                        .mapToObj(word -> "abcdefghij".substring(0, random.nextInt(1, 10)))
                        .collect(Collectors.joining(" ", "", random.nextInt(4) == 0 ? ".\n" : ".")))
                .collect(Collectors.joining("\n"))
                .strip();
    }
}
