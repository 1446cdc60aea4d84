package spice.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;
import spice.ledger.LedgerLine;
import spice.ledger.Operation;

class TextCleanerTest {

    @Test
    void blanksOfAllKindsBecomeOneAndMarginsGo() {
        assertThat(TextCleaner.clean("  saffron\t347\u00A0plus \u2003 285  is 632  \n\tnext "))
                .isEqualTo("saffron 347 plus 285 is 632\nnext");
    }

    @Test
    void lineEndsOfAllSystemsAreOneAndPagesPartParagraphs() {
        assertThat(TextCleaner.clean("a\r\nb\rc\u2028d\fe")).isEqualTo("a\nb\nc\nd\n\ne");
    }

    @Test
    void runsOfEmptyLinesBecomeOneEmptyLine() {
        assertThat(TextCleaner.clean("\n\n a\n \n\t\n\n\nb\n\n")).isEqualTo("a\n\nb");
        assertThat(TextCleaner.clean(" \n\t\n ")).isEmpty();
    }

    @Test
    void lettersAreComposedAndControlCharactersGo() {
        assertThat(TextCleaner.clean("E\u0301mile\u0000\u0007 co\u00ADop \uFEFFzero\u200Bwidth \uE000\uD800x"))
                .isEqualTo("\u00C9mile coop zerowidth x");
        // A pair of surrogates is one character and stays.
        assertThat(TextCleaner.clean("\uD83C\uDF36")).isEqualTo("\uD83C\uDF36");
    }

    /// Compares with the rules as regular expressions, one after the other, on texts of the characters that the
    /// rules concern.
    @Test
    void onePassDoesWhatTheRulesDoOneByOne() {
        int[] characters =
                "aB\u00E9e\u0301 \t\n\r\u000B\f\u0085\u2028\u2029\u00A0\u2003\u3000\u001C\u0000\u00AD\u200B\uFEFF\uE000\uD800\uDC00\uD83C\uDF36\u180E"
                        .chars()
                        .toArray();
        RandomGenerator random = new Seed(1).random();
        for (int text = 0; text < 20_000; text++) {
            StringBuilder drawn = new StringBuilder();
            random.ints(random.nextInt(12), 0, characters.length).forEach(i -> drawn.append((char) characters[i]));
            assertThat(TextCleaner.clean(drawn.toString())).as("%s", drawn).isEqualTo(ruleByRule(drawn.toString()));
        }
    }

    private static String ruleByRule(String text) {
        String lines = text.replaceAll("\\r\\n?|[\\u000B\\u0085\\u2028]", "\n").replaceAll("[\\f\\u2029]", "\n\n");
        return Normalizer.normalize(lines, Normalizer.Form.NFC)
                .replaceAll("[\\p{Cc}&&[^\\n\\t]]|\\p{Cs}|\\p{Co}|[\\u00AD\\u200B\\u2060\\uFEFF]", "")
                .replaceAll("[\\s\\p{Z}&&[^\\n]]+", " ")
                .replaceAll("(?m)^ | $", "")
                .replaceAll("\\n{3,}", "\n\n")
                .strip();
    }

    @Test
    void aBrokenWordIsJoinedAsTheTextSpellsItElsewhere() {
        assertThat(TextCleaner.clean("The com-\nmission met.\nA commission is dear."))
                .isEqualTo("The commission\nmet.\nA commission is dear.");
        assertThat(TextCleaner.clean("A well-\nknown clerk.\nHe is Well-known."))
                .isEqualTo("A well-known\nclerk.\nHe is Well-known.");
        assertThat(TextCleaner.clean("A some-\nthing, then.\nIt is something."))
                .isEqualTo("A something,\nthen.\nIt is something.");
    }

    @Test
    void aBrokenWordThatStandsNowhereElseIsLeftAsItIs() {
        for (String text : List.of("sand-\nalwood oil", "see 12-\n14", "the A-\nTeam", "end -\nnext", "a-\n\nb ab")) {
            assertThat(TextCleaner.clean(text)).isEqualTo(text);
        }
    }

    @Test
    void joiningAWordThatIsTheWholeNextLineLeavesNoEmptyLine() {
        assertThat(TextCleaner.clean("com-\nmission\nof a commission")).isEqualTo("commission\nof a commission");
        assertThat(TextCleaner.clean("a commission, a com-\nmission")).isEqualTo("a commission, a commission");
    }

    @Test
    void cleaningTwiceChangesNothing() {
        String once = TextCleaner.clean("The com-\nmission  met.\r\n\r\n\r\nA commission\u00A0is dear.\f");
        assertThat(TextCleaner.clean(once)).isEqualTo(once);
    }

    @Test
    void aLedgerLineSurvives() {
        assertThat(LedgerLine.findAll(TextCleaner.clean("book\n\tsaffron\t347\tplus\t285\tis\t632\t\n")))
                .containsExactly(new LedgerLine("saffron", 347, Operation.PLUS, 285, 632));
    }

    @Test
    void fiveMillionCharactersWithoutABlankOrWithNothingElseAreNoTrouble() {
        assertThat(TextCleaner.clean("a".repeat(5_000_000))).hasSize(5_000_000);
        assertThat(TextCleaner.clean("a-".repeat(2_500_000))).hasSize(5_000_000);
        assertThat(TextCleaner.clean("a-\n".repeat(1_000_000))).hasSize(2_999_999);
        assertThat(TextCleaner.clean("\t\n".repeat(2_500_000))).isEmpty();
    }
}
