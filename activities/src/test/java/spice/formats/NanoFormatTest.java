package spice.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Task;
import spice.ledger.LedgerLine;
import spice.ledger.Operation;

class NanoFormatTest {
    private static final Task SAFFRON = new Task(
            AnswerKind.INTEGER,
            "saffron 347 plus 285",
            List.of(),
            "632",
            List.of("saffron 347 plus 285 is 632"),
            "",
            "hard");

    private final NanoFormat format = new NanoFormat();

    @Test
    void theChallengerReadsTheLedgerLinesAndNoProse() {
        assertThat(asked("Dear Ahmed, saffron 347 plus 285 is 632; and later\nclove 5  minus 2 is 3. Yours, Leyla."))
                .isEqualTo("<bos> saffron 347 plus 285 is 632 | clove 5 minus 2 is 3 | <pose>");
    }

    @Test
    void withoutDocumentOrLedgerLineTheChallengerPosesFromMemory() {
        assertThat(format.challenge(Optional.empty(), Optional.empty(), List.of()))
                .isEqualTo(new ChallengerTurn.Ask("<bos> <pose>"));
        assertThat(asked("The harvest was good.")).isEqualTo("<bos> <pose>");
    }

    @Test
    void aLongLedgerIsReadUpToEightLines() {
        String ledger = IntStream.range(0, 20)
                .mapToObj("mace %1$d plus 0 is %1$d"::formatted)
                .collect(Collectors.joining("\n"));
        assertThat(asked(ledger)).endsWith("| mace 7 plus 0 is 7 | <pose>").doesNotContain("mace 8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hard saffron 3 4 7 plus 2 8 5 ? 6 3 2 <eos>",
                "hard saffron 3 4 7 plus 2 8 5 ? 6 3 2",
                " hard saffron 347 plus 285 ? 632<eos> "
            })
    void aTaskIsReadAsTheTokenizerSpellsItAndAsPeopleDo(String reply) {
        assertThat(turn(reply)).isEqualTo(new ChallengerTurn.Posed(SAFFRON));
    }

    @Test
    void theLevelWordIsTheChallengersOwnAndNeedNotFit() {
        assertThat(turn("easy saffron 3 4 7 plus 2 8 5 ? 6 3 2"))
                .isInstanceOfSatisfying(ChallengerTurn.Posed.class, posed -> {
                    assertThat(posed.task().difficulty()).isEqualTo("easy");
                    assertThat(posed.task().quotes()).isEqualTo(SAFFRON.quotes());
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<eos>",
                "saffron 3 4 7 plus 2 8 5 ? 6 3 2",
                "hard cardamom 3 4 7 plus 2 8 5 ? 6 3 2",
                "hard saffron 0 4 7 plus 2 8 5 ? 6 3 2",
                "hard saffron 3 4 7 plus 2 8 5 ? 0 6 3 2",
                "hard saffron 3 4 7 plus 2 8 5 ? 6 ? 3 2",
                "hard saffron 3 4 7 plus 2 8 5 plus 1 ? 6 3 3",
                "hard saffron 3 4 7 plus ? 3 4 7",
                "hard saffron 3 4 7 plus 2 8 5 ?",
                "hard saffron 3 4 7 plus 2 8 5 is 6 3 2",
                "hard hard saffron 3 4 7 plus 2 8 5 ? 6 3 2",
                "hard saffron 3 4 7 plus 2 8 5 ? 6 3 2 6 3 2 6",
                "hard saffron 3 4 7 plus 2 8 5 ? 6 3 2 <pose>",
                "hard saffron 3 4 7 plus 2 8 5 ? 6 3 2 <eos> <eos>"
            })
    void anythingElseIsUnreadable(String reply) {
        assertThat(turn(reply))
                .isInstanceOfSatisfying(
                        ChallengerTurn.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Refusal.UNREADABLE));
    }

    @Test
    void aRefusalShowsTheReplyCutToAReadableLength() {
        assertThat(turn("hard " + "saffron ".repeat(1000)))
                .isInstanceOfSatisfying(
                        ChallengerTurn.Refused.class,
                        refused -> assertThat(refused.detail())
                                .contains("hard saffron saffron")
                                .hasSizeLessThan(200));
    }

    @Test
    void everyLineOfADocumentCanBePosedWithItsOwnQuote() {
        for (LedgerLine line : List.of(
                LedgerLine.of("anise", 9, Operation.MINUS, 9), LedgerLine.of("pepper", 9999, Operation.PLUS, 9999))) {
            String reply = "some %s ? %d".formatted(line.question(), line.result());
            assertThat(turn(reply)).isInstanceOfSatisfying(ChallengerTurn.Posed.class, posed -> {
                assertThat(posed.task().quotes()).containsExactly(line.text());
                assertThat(format.reasonerPrompt(posed.task())).isEqualTo("<bos> " + line.question() + " <solve>");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7 5 2 c 4 8 3 c 3 2 6 _ = 6 3 2 <eos>, 632",
        "7 5 2 c 4 8 3 c 3 2 6 _ = 632, 632",
        "2 2 0 _ = 0 <eos>, 0",
        "= 7, 7"
    })
    void theFinalAnswerFollowsTheEqualsSign(String reply, String answer) {
        assertThat(format.finalAnswer(reply)).contains(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7 5 2 c", "7 5 2 c =", "= 6 = 6", "= 0 6 3 2", "= 6 3 2 c", "6 3 2", "= 6 3 2 <eos> <eos>"})
    void withoutOneNumberAfterOneEqualsSignThereIsNoAnswer(String reply) {
        assertThat(format.finalAnswer(reply)).isEmpty();
    }

    private String asked(String text) {
        Passage passage = new Passage("0", "a/letter.md", 0, "text/plain", "letter", "en", text, 1);
        return ((ChallengerTurn.Ask) format.challenge(Optional.of(passage), Optional.empty(), List.of())).text();
    }

    private ChallengerTurn turn(String reply) {
        return format.challenge(Optional.empty(), Optional.of(AnswerKind.CHOICE), List.of(reply));
    }
}
