package spice.ledger;

import spice.domain.Seed;

/// Which operand pairs belong to the held-out documents: a rule on the pair alone, order ignored, so that
/// everything that writes text (the archive, pretraining) keeps to it without knowing of the others.
public final class OperandSplit {
    private static final Seed SPLIT = new Seed(0x5b11ce);

    private OperandSplit() {}

    /// Whether only held-out documents may hold this pair: every tenth pair, by hash.
    public static boolean heldOut(int left, int right) {
        return Math.floorMod(
                        SPLIT.child("pair", Math.min(left, right), Math.max(left, right))
                                .value(),
                        10)
                == 0;
    }
}
