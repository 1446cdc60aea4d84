package spice.corpus;

import java.util.List;
import spice.domain.Passage;
import spice.domain.Seed;

/// The tenth of a corpus that is never learned from, where a run has no held-out file: each document whose path's
/// hash lies below a fixed threshold. What else is in the folder has no say, so a document that is held back
/// stays so while the folder grows. Of few documents it can be none.
final class HeldBack {
    private static final Seed HASH = new Seed(10);
    /// A tenth of all hashes, which are unsigned numbers of 64 bits.
    private static final long THRESHOLD = Long.divideUnsigned(-1, 10);

    private HeldBack() {}

    /// The passages to learn from.
    static List<Passage> others(List<Passage> passages) {
        return passages.stream()
                .filter(passage -> !isHeldBack(passage.source()))
                .toList();
    }

    /// The passages held back.
    static List<Passage> passages(List<Passage> passages) {
        return passages.stream().filter(passage -> isHeldBack(passage.source())).toList();
    }

    /// @param document path of a document below its corpus
    static boolean isHeldBack(String document) {
        return Long.compareUnsigned(HASH.child(document).value(), THRESHOLD) < 0;
    }
}
