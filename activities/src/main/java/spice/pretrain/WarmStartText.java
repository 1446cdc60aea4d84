package spice.pretrain;

import static spice.domain.Check.require;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import spice.domain.Seed;
import spice.formats.NanoFormat;
import spice.ledger.LedgerLine;
import spice.ledger.LedgerSampler;
import spice.ledger.Level;

/// The text of the nano model's warm-up, half of it for each role, drawn without end from a seed. It holds no
/// held-out operand pairs.
///
/// A Challenger row is a ledger and then some of its lines posed one after the other, so that one reading gives
/// several copies to learn from. Some rows have no ledger; their answer is what the model itself would come to, so
/// that the control without documents starts from a model that knows how to pose. A Reasoner row is one question
/// with its column work; all levels are equally likely.
final class WarmStartText {
    /// Lines of a page in the archive, of which a passage is a part.
    private static final int PAGE_LINES = 12;

    private static final int SHORTEST_LEDGER = 4;
    private static final int POSED_IN_A_ROW = 6;
    private static final double WITHOUT_LEDGER = 0.15;

    private final Seed seed;
    private final BaseHabit habit;

    WarmStartText(Seed seed, BaseHabit habit) {
        this.seed = seed;
        this.habit = habit;
    }

    /// A prompt and the reply to learn.
    record TextRow(String prompt, String reply) {}

    /// The rows of one step, every other one the Reasoner's.
    ///
    /// @param longestLedger how many lines a ledger has at most
    List<TextRow> rows(long step, int count, int longestLedger) {
        require(longestLedger > 0, "a ledger has at least one line, got %d", longestLedger);
        RandomGenerator random = seed.child("warm-start", step).random();
        return IntStream.range(0, count)
                .mapToObj(row -> row % 2 == 0 ? challenger(random, longestLedger) : reasoner(random))
                .toList();
    }

    private TextRow challenger(RandomGenerator random, int longestLedger) {
        if (random.nextDouble() < WITHOUT_LEDGER) {
            LedgerLine line = LedgerSampler.draw(random, habit.level(random), false);
            return new TextRow(
                    NanoFormat.challengerPrompt(List.of()),
                    posed(line, work(line, random).result()));
        }
        int lines = random.nextInt(Math.min(SHORTEST_LEDGER, longestLedger), longestLedger + 1);
        List<LedgerLine> ledger = LedgerSampler.page(random, PAGE_LINES, false).subList(0, lines);
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < POSED_IN_A_ROW; i++) {
            LedgerLine line = chosen(ledger, random);
            replies.add(posed(line, line.result()));
        }
        return new TextRow(NanoFormat.challengerPrompt(ledger), String.join(" <pose> ", replies));
    }

    private TextRow reasoner(RandomGenerator random) {
        Level level = Level.values()[random.nextInt(Level.values().length)];
        LedgerLine line = LedgerSampler.draw(random, level, false);
        return new TextRow(
                NanoFormat.reasonerPrompt(line.question()), work(line, random).reply());
    }

    private ColumnWork work(LedgerLine line, RandomGenerator random) {
        return ColumnWork.of(line, () -> habit.remembersCarry(random));
    }

    /// A line of the ledger whose level is drawn by habit from those that the ledger holds.
    private LedgerLine chosen(List<LedgerLine> ledger, RandomGenerator random) {
        while (true) {
            Level level = habit.level(random);
            List<LedgerLine> candidates =
                    ledger.stream().filter(line -> line.level() == level).toList();
            if (!candidates.isEmpty()) {
                return candidates.get(random.nextInt(candidates.size()));
            }
        }
    }

    private static String posed(LedgerLine line, int answer) {
        return "%s %s ? %d <eos>".formatted(line.level().word(), line.question(), answer);
    }
}
