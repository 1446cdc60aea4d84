package spice.ledger;

import static spice.domain.Check.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// Draws ledger lines. The archive's documents and the pretraining text share this distribution.
public final class LedgerSampler {
    private static final List<Operation> OPERATIONS = List.of(Operation.values());
    private static final double SOME_SHARE = 0.25;
    private static final double HARD_SHARE = 0.15;

    private LedgerSampler() {}

    /// One line of this level with operands of equal length. Draws until a line fits, so that all operand pairs of
    /// a level and a length are equally likely.
    ///
    /// @param heldOut whether the operand pair comes from [OperandSplit]'s held-out part or from the rest
    public static LedgerLine draw(RandomGenerator random, Level level, boolean heldOut) {
        int[] lengths = switch (level) {
            case EASY -> new int[] {1, 1, 2, 2, 3};
            case SOME -> new int[] {1, 2, 2, 3};
            case HARD -> new int[] {2, 3, 3, 4};
        };
        while (true) {
            Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            int digits = lengths[random.nextInt(lengths.length)];
            int a = number(random, digits);
            int b = number(random, digits);
            boolean swap = operation == Operation.MINUS && a < b;
            String item = LedgerLine.ITEMS.get(random.nextInt(LedgerLine.ITEMS.size()));
            LedgerLine line = LedgerLine.of(item, swap ? b : a, operation, swap ? a : b);
            if (line.level() == level && OperandSplit.heldOut(a, b) == heldOut) {
                return line;
            }
        }
    }

    /// A page of lines in random order, about 60 % easy, 25 % some and 15 % hard, each level at least once, so that
    /// a Challenger can choose a level on every page.
    public static List<LedgerLine> page(RandomGenerator random, int lines, boolean heldOut) {
        require(lines >= Level.values().length, "a page of %d lines cannot hold every level", lines);
        int hard = rounded(random, lines * HARD_SHARE);
        int some = rounded(random, lines * SOME_SHARE);
        List<LedgerLine> page = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Level level = i < hard ? Level.HARD : i < hard + some ? Level.SOME : Level.EASY;
            page.add(draw(random, level, heldOut));
        }
        Collections.shuffle(page, random);
        return List.copyOf(page);
    }

    /// A whole number of lines, at least one. The fraction is the chance to round up, so that the shares hold over
    /// many pages.
    private static int rounded(RandomGenerator random, double lines) {
        return Math.max(1, (int) (lines + random.nextDouble()));
    }

    private static int number(RandomGenerator random, int digits) {
        int smallest = (int) Math.pow(10, digits - 1);
        return random.nextInt(smallest, smallest * 10);
    }
}
