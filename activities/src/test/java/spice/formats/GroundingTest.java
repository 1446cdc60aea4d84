package spice.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Task;

class GroundingTest {
    private static final String LETTER = """
            To the har-
            bour master: The “Clove”   arrived with 1,234 sacks,
            of which 34 % were well-
            known saffron. At −5 degrees 20 sacks ﬁrst froze.
            The rest, 285 sacks and 347 sacks, went to Ragusa.
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    To the harbour master           | harbour
                    To the har-bour master          | master
                    arrived with 1,234 sacks        | sacks
                    were well-known saffron         | saffron
                    “Clove” arrived                 | clove
                    20 sacks first froze            | froze
                    """)
    void aQuoteMayDifferInSpaceLineEndsAndCompatibilityForms(String quote, String answer) {
        assertThat(check(AnswerKind.STRING, answer, List.of(quote), "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    arrived with 1234 sacks
                    arrived with 1,234 Sacks
                    arrived with 1
                    arrived sacks
                    arrived with 1,234 sacks of clove
                    5 degrees
                    """)
    void aQuoteThatChangesOrCutsWordsIsNotInTheDocument(String quote) {
        assertThat(refusal(AnswerKind.STRING, "arrived", List.of(quote), "")).contains(Refusal.QUOTE_NOT_IN_DOCUMENT);
    }

    @Test
    void everyQuoteMustStandInTheDocument() {
        assertThat(refusal(AnswerKind.INTEGER, "1234", List.of("1,234 sacks", "9 sacks"), ""))
                .contains(Refusal.QUOTE_NOT_IN_DOCUMENT);
        assertThat(refusal(AnswerKind.INTEGER, "1234", List.of(), "")).contains(Refusal.QUOTE_NOT_IN_DOCUMENT);
    }

    @Test
    void theAnswerIsInAQuoteByValue() {
        assertThat(check(AnswerKind.INTEGER, "1234", List.of("with 1,234 sacks"), ""))
                .isEmpty();
        assertThat(check(AnswerKind.INTEGER, "-5", List.of("At −5 degrees"), ""))
                .isEmpty();
        assertThat(check(AnswerKind.EXPRESSION, "17/50", List.of("34 % were"), ""))
                .isEmpty();
        assertThat(refusal(AnswerKind.INTEGER, "234", List.of("with 1,234 sacks"), ""))
                .contains(Refusal.ANSWER_NOT_IN_QUOTE);
        assertThat(refusal(AnswerKind.INTEGER, "5", List.of("At −5 degrees"), ""))
                .contains(Refusal.ANSWER_NOT_IN_QUOTE);
    }

    @Test
    void aChoiceIsGroundedByItsCorrectOption() {
        List<String> options = List.of("Venice", "Ragusa", "Genoa", "Acre");
        assertThat(Grounding.check(choice(options, "B"), letter())).isEmpty();
        assertThat(Grounding.check(choice(options, "A"), letter()).map(ChallengerTurn.Refused::reason))
                .contains(Refusal.ANSWER_NOT_IN_QUOTE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    285 + 347          | 632 |
                    347 - 285          | 62  |
                    (285 + 347) / 285  | 632/285 |
                    347 * 34%          | 117.98 | OPERAND_NOT_QUOTED
                    285 + 347          | 633 | DERIVATION
                    285 + 348          | 633 | OPERAND_NOT_QUOTED
                    2 * 285            | 570 | OPERAND_NOT_QUOTED
                    sqrt(pi)           | 632 | OPERAND_NOT_QUOTED
                    285 + 347 = 632    | 632 | DERIVATION
                    285 plus 347       | 632 | DERIVATION
                    285^347^285        | 632 | DERIVATION
                    285 / (347 - 347)  | 632 | DERIVATION
                    """)
    void aDerivationRestsOnQuotedNumbersAndComesToTheAnswer(String derivation, String answer, Refusal reason) {
        List<String> quotes = List.of("285 sacks and 347 sacks");
        assertThat(refusal(AnswerKind.EXPRESSION, answer, quotes, derivation)).isEqualTo(Optional.ofNullable(reason));
    }

    @Test
    void aDerivationMayTakeItsNumbersFromSeveralQuotesAndDropTheirSign() {
        assertThat(check(AnswerKind.INTEGER, "15", List.of("At −5 degrees", "20 sacks"), "20 - 5"))
                .isEmpty();
    }

    @Test
    void aDerivationMayLeadToTheCorrectOption() {
        List<String> options = List.of("62", "632", "1,632", "532");
        Task task = new Task(
                AnswerKind.CHOICE, "How many?", options, "B", List.of("285 sacks and 347 sacks"), "285+347", "");
        assertThat(Grounding.check(task, letter())).isEmpty();
    }

    @Test
    void wordsAreNeverDerived() {
        assertThat(refusal(AnswerKind.STRING, "saffron", List.of("well-known saffron", "20 sacks"), "20"))
                .contains(Refusal.DERIVATION);
    }

    private static Optional<ChallengerTurn.Refused> check(
            AnswerKind kind, String answer, List<String> quotes, String derivation) {
        return Grounding.check(new Task(kind, "What is it?", List.of(), answer, quotes, derivation, ""), letter());
    }

    private static Optional<Refusal> refusal(AnswerKind kind, String answer, List<String> quotes, String derivation) {
        return check(kind, answer, quotes, derivation).map(ChallengerTurn.Refused::reason);
    }

    private static Task choice(List<String> options, String answer) {
        return new Task(AnswerKind.CHOICE, "Where to?", options, answer, List.of("went to Ragusa."), "", "");
    }

    private static Passage letter() {
        return new Passage("0".repeat(64), "letter.eml", 0, "message/rfc822", "Letter", "en", LETTER, 60);
    }
}
