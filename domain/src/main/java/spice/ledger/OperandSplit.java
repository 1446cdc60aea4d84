package spice.ledger;

import spice.domain.Seed;

/// Decides which operand pairs belong to the held-out documents. The rule depends only on the pair, order ignored,
/// so that everything that writes text (the archive, pretraining) follows it independently.
public final class OperandSplit {
    private static final Seed SPLIT = new Seed(0x5b11ce);

    private OperandSplit() {}

    /// Whether only held-out documents may contain this pair: one pair in ten, by hash.
    public static boolean heldOut(int left, int right) {
        return Math.floorMod(
                        SPLIT.child("pair", Math.min(left, right), Math.max(left, right))
                                .value(),
                        10)
                == 0;
    }
}
