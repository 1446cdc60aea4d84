package spice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import spice.domain.AnswerKind;
import spice.domain.Task;
import spice.domain.Verdict;

class AnswerVerifierTest {

    @ParameterizedTest
    @CsvFileSource(resources = "answers.csv", numLinesToSkip = 1, maxCharsPerColumn = 10_000)
    void theTableOfAnswers(String kind, String gold, String options, String reply, String verdict) {
        Task task = task(kind, gold, options == null ? List.of() : List.of(options.split("\\|")));
        assertThat(AnswerVerifier.verify(task, Optional.of(reply)))
                .isEqualTo(Verdict.valueOf(verdict.toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @CsvSource({
        "choice, (b), B) mace, true",
        "choice, mace, B, true",
        "choice, C, B, false",
        "integer, 0632, 632.0, true",
        "integer, 632, 633, false",
        "expression, 0.5, \\frac{2}{4}, true",
        "expression, sqrt(8), 2*sqrt(2), true",
        "expression, pi, 22/7, false",
        "expression, 2x, x+x, false",
        "string, the Nile., nile, true",
        "string, Nile, Niger, false",
    })
    void answersAgreeInCanonicalText(String kind, String first, String second, boolean agree) {
        Task task = kind.equals("choice")
                ? task(kind, "A", List.of("cumin", "mace", "sumac", "anise"))
                : task(kind, "1", List.of());
        assertThat(AnswerVerifier.canonical(task, first).equals(AnswerVerifier.canonical(task, second)))
                .isEqualTo(agree);
    }

    @Test
    void noAnswerIsUnreadable() {
        Task task = task("integer", "632", List.of());
        assertThat(AnswerVerifier.verify(task, Optional.empty())).isEqualTo(Verdict.UNREADABLE);
        assertThat(AnswerVerifier.verify(task, Optional.of("  "))).isEqualTo(Verdict.UNREADABLE);
    }

    @Test
    void aGoldThatIsNotOfItsKindDecidesNothing() {
        assertThat(AnswerVerifier.verify(task("integer", "about ten", List.of()), Optional.of("10")))
                .isEqualTo(Verdict.UNDECIDED);
    }

    /// What nobody can decide beside a plain gold earns nothing: else a model would learn to answer it.
    @ParameterizedTest
    @ValueSource(strings = {"choice", "integer", "expression", "string"})
    void aMegabyteIsWrong(String kind) {
        Task task = kind.equals("choice")
                ? task(kind, "B", List.of("cumin", "mace", "sumac", "anise"))
                : task(kind, "5", List.of());
        for (String flood : List.of("9", "(", "B) ", "x+", "\\text{", " the", "-", "1,234")) {
            assertThat(AnswerVerifier.verify(task, Optional.of(flood.repeat(1_000_000 / flood.length()))))
                    .as(flood)
                    .isEqualTo(Verdict.WRONG);
        }
    }

    @Test
    void aMillionParenthesesAreWrongAndSoAreAFewHundred() {
        Task task = task("expression", "5", List.of());
        assertThat(AnswerVerifier.verify(task, Optional.of("(".repeat(1_000_000) + "5" + ")".repeat(1_000_000))))
                .isEqualTo(Verdict.WRONG);
        assertThat(AnswerVerifier.verify(task, Optional.of("(".repeat(400) + "5" + ")".repeat(400))))
                .isEqualTo(Verdict.WRONG);
        assertThat(AnswerVerifier.verify(task, Optional.of("(".repeat(40) + "5" + ")".repeat(40))))
                .isEqualTo(Verdict.CORRECT);
    }

    @Test
    void aLongSumIsStillReadButMuchArithmeticIsWrong() {
        Task task = task("expression", "400", List.of());
        assertThat(AnswerVerifier.verify(task, Optional.of("1" + "+1".repeat(399))))
                .isEqualTo(Verdict.CORRECT);
        assertThat(AnswerVerifier.verify(task, Optional.of("(7^1000/3^1000)" + "*(7^1000/3^1000)".repeat(60))))
                .isEqualTo(Verdict.WRONG);
        assertThat(AnswerVerifier.verify(task, Optional.of("500!" + "-500!+500!".repeat(90))))
                .isEqualTo(Verdict.WRONG);
    }

    /// Answers of the greatest length, of shapes on which a backtracking matcher takes exponential or quadratic
    /// time.
    @ParameterizedTest
    @Timeout(30)
    @ValueSource(
            strings = {
                "a", "a ", "1,", "1,111", "{", "\\text{", "$", "**", "((B", "B)", "=", "x_", "x=", "\\,", "-", "."
            })
    void repeatedShapesEndInSomeVerdict(String shape) {
        String flood = shape.repeat(Work.LENGTH / shape.length() - 1) + "!";
        List<String> options = List.of("cumin", "mace", "sumac", "anise");
        for (AnswerKind kind : AnswerKind.values()) {
            Task task = kind == AnswerKind.CHOICE ? task("choice", "A", options) : task(kind.name(), "5", List.of());
            assertThat(AnswerVerifier.verify(task, Optional.of(flood))).isNotEqualTo(Verdict.CORRECT);
            assertThat(AnswerVerifier.canonical(task, flood)).hasSizeLessThanOrEqualTo(flood.length());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "choice, b, B",
        "choice, E,",
        "choice, A or B,",
        "integer, '1,234', 1234",
        "integer, −7, -7",
        "integer, 42.0,",
        "integer, 6*7,",
        "integer, 1e3,",
        "expression, $\\frac{1}{2}$, \\frac{1}{2}",
        "expression, y = 2x, 2x",
        "expression, 9^9^9^9,",
        "expression, 1/0,",
        "expression, sin(x),",
        "string, ' Marco Polo ', Marco Polo",
        "string, four words are many,",
        "string, '.',",
    })
    void aGoldAnswerIsOfItsKindOrRefused(String kind, String text, String gold) {
        assertThat(AnswerVerifier.asGold(AnswerKind.valueOf(kind.toUpperCase(Locale.ROOT)), text))
                .isEqualTo(Optional.ofNullable(gold));
    }

    @Test
    void optionsDifferInWordsAndInValue() {
        assertThat(AnswerVerifier.areDifferent(List.of("5", "-5", "15", "50"))).isTrue();
        assertThat(AnswerVerifier.areDifferent(List.of("mace", "Mace.", "sumac", "anise")))
                .isFalse();
        assertThat(AnswerVerifier.areDifferent(List.of("1/2", "0.5", "2", "3"))).isFalse();
        assertThat(AnswerVerifier.areDifferent(List.of("2x", "x+x+1", "3x", "4x")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "integer, 632, saffron 347 plus 285 is 632, true",
        "integer, 63, saffron 347 plus 285 is 632, false",
        "integer, 1234, the price was 1{0}234 crowns, true",
        "integer, 5, it fell to -5 degrees, false",
        "integer, -5, it fell to -5 degrees, true",
        "integer, 5, pages 3-5, true",
        "integer, 12, vitamin B12, false",
        "integer, 40, 40 % of the harvest, true",
        "expression, 2/5, 40% of the harvest, true",
        "expression, 0.75, three are 3/4 of it, true",
        "expression, 3.1, about 3.14 metres, false",
        "string, Marco Polo, in 1271 MARCO  POLO left, true",
        "string, Marco, in 1271 Marco's father left, true",
        "string, Marc, in 1271 Marco left, false",
    })
    void theAnswerIsFoundInAQuote(String kind, String gold, String quote, boolean found) {
        assertThat(AnswerVerifier.finds(task(kind, gold, List.of()), quote.replace("{0}", ",")))
                .isEqualTo(found);
    }

    @Test
    void ofAChoiceTheQuoteHoldsTheOptionNotTheLetter() {
        Task task = task("choice", "B", List.of("12 sacks", "15 sacks", "18 sacks", "21 sacks"));
        assertThat(AnswerVerifier.finds(task, "The ship brought 15 sacks of B grade."))
                .isTrue();
        assertThat(AnswerVerifier.finds(task, "The ship brought 12 sacks of B grade."))
                .isFalse();
    }

    private static Task task(String kind, String gold, List<String> options) {
        return new Task(
                AnswerKind.valueOf(kind.toUpperCase(Locale.ROOT)), "What is it?", options, gold, List.of(), "", "");
    }
}
