package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;
import spice.domain.Task;
import spice.formats.ChallengerTurn;
import spice.formats.NanoFormat;
import spice.ledger.LedgerLine;
import spice.ledger.Level;
import spice.ledger.OperandSplit;
import spice.pretrain.WarmStartText.TextRow;

class WarmStartTextTest {
    /// 120,000 rows: 60,000 of the Challenger's and as many of the Reasoner's.
    private static final List<TextRow> ROWS = new ArrayList<>();

    private final WarmStartText text = new WarmStartText(new Seed(1), BaseHabit.NANO);
    private final NanoFormat format = new NanoFormat();

    @BeforeAll
    static void draw() {
        WarmStartText text = new WarmStartText(new Seed(1), BaseHabit.NANO);
        for (long step = 0; step < 1000; step++) {
            ROWS.addAll(text.rows(step, 120, NanoFormat.MAX_LINES));
        }
    }

    @Test
    void heldOutPairsNeverStandInIt() {
        List<LedgerLine> lines =
                ROWS.stream().flatMap(WarmStartTextTest::linesNamed).toList();
        assertThat(lines).hasSizeGreaterThan(400_000);
        assertThat(lines).noneMatch(line -> OperandSplit.heldOut(line.left(), line.right()));
    }

    @Test
    void theSameSeedAndStepGiveTheSameRows() {
        WarmStartText again = new WarmStartText(new Seed(1), BaseHabit.NANO);
        assertThat(again.rows(7, 128, 8)).isEqualTo(text.rows(7, 128, 8)).isNotEqualTo(text.rows(8, 128, 8));
    }

    @Test
    void theRolesShareTheRowsAndSomeLedgersAreMissing() {
        List<TextRow> challenger =
                ROWS.stream().filter(WarmStartTextTest::isChallenger).toList();
        assertThat(challenger).hasSize(60_000);
        assertThat(share(challenger, row -> row.prompt().equals("<bos> <pose>")))
                .isCloseTo(0.15, within(0.01));
    }

    @Test
    void everyTaskPosedOnALedgerCopiesOneOfItsLines() {
        ROWS.stream()
                .filter(row -> isChallenger(row) && row.prompt().contains("|"))
                .forEach(row -> {
                    List<String> ledger = LedgerLine.findAll(row.prompt()).stream()
                            .map(LedgerLine::text)
                            .toList();
                    assertThat(ledger).hasSizeBetween(4, 8);
                    List<Task> tasks = tasks(row);
                    assertThat(tasks).hasSize(6).allMatch(task -> ledger.containsAll(task.quotes()));
                });
    }

    @Test
    void theLevelWordFitsAndFollowsTheHabit() {
        List<Task> tasks = ROWS.stream()
                .filter(row -> isChallenger(row) && row.prompt().contains("|"))
                .flatMap(row -> tasks(row).stream())
                .toList();
        assertThat(tasks)
                .allMatch(task -> LedgerLine.parse(task.quotes().getFirst())
                        .orElseThrow()
                        .level()
                        .word()
                        .equals(task.difficulty()));
        // Nearly every ledger has an easy line, but some of four to eight lines lack one of the other levels.
        assertThat(shareOf(tasks, Level.EASY)).isBetween(0.70, 0.78);
        assertThat(shareOf(tasks, Level.SOME)).isBetween(0.15, 0.20);
        assertThat(shareOf(tasks, Level.HARD)).isBetween(0.06, 0.10);
    }

    @Test
    void theReasonerForgetsSixCarriesInTen() {
        List<TextRow> reasoner = ROWS.stream().filter(row -> !isChallenger(row)).toList();
        assertThat(rightWith(reasoner, 0)).isEqualTo(1);
        assertThat(rightWith(reasoner, 1)).isCloseTo(0.4, within(0.02));
        assertThat(rightWith(reasoner, 2)).isCloseTo(0.16, within(0.02));
    }

    @Test
    void withoutALedgerTheAnswerIsWhatTheModelItselfWouldComeTo() {
        List<LedgerLine> believed = ROWS.stream()
                .filter(row -> row.prompt().equals("<bos> <pose>"))
                .flatMap(row -> tasks(row).stream())
                .map(task -> LedgerLine.parse(task.quotes().getFirst()).orElseThrow())
                .toList();
        assertThat(share(believed, WarmStartTextTest::isRight)).isCloseTo(0.7 + 0.2 * 0.4 + 0.1 * 0.15, within(0.02));
    }

    @Test
    void ledgersCanBeKeptShort() {
        assertThat(text.rows(0, 128, 2).stream().filter(WarmStartTextTest::isChallenger))
                .allMatch(row -> LedgerLine.findAll(row.prompt()).size() <= 2);
    }

    private double rightWith(List<TextRow> reasoner, int carries) {
        return share(
                reasoner.stream().filter(row -> asked(row).carries() == carries).toList(),
                row -> format.finalAnswer(row.reply())
                        .equals(Optional.of(Integer.toString(asked(row).result()))));
    }

    private static <T> double share(List<T> all, Predicate<T> counted) {
        return (double) all.stream().filter(counted).count() / all.size();
    }

    private static double shareOf(List<Task> tasks, Level level) {
        return share(tasks, task -> task.difficulty().equals(level.word()));
    }

    private static boolean isChallenger(TextRow row) {
        return row.prompt().endsWith("<pose>");
    }

    private static boolean isRight(LedgerLine line) {
        return line.equals(LedgerLine.of(line.item(), line.left(), line.operation(), line.right()));
    }

    private static LedgerLine asked(TextRow row) {
        String question = row.prompt().replace("<bos> ", "").replace(" <solve>", "");
        LedgerLine asked = LedgerLine.parse(question + " is 0").orElseThrow();
        return LedgerLine.of(asked.item(), asked.left(), asked.operation(), asked.right());
    }

    private List<Task> tasks(TextRow row) {
        return Stream.of(row.reply().split(" <pose> "))
                .map(reply -> format.challenge(Optional.empty(), Optional.empty(), List.of(reply)))
                .map(turn -> ((ChallengerTurn.Posed) turn).task())
                .toList();
    }

    /// All lines whose operands stand anywhere in a row.
    private static Stream<LedgerLine> linesNamed(TextRow row) {
        if (!isChallenger(row)) {
            return Stream.of(asked(row));
        }
        return LedgerLine.findAll(row.prompt() + " " + row.reply().replace("?", "is")).stream();
    }
}
