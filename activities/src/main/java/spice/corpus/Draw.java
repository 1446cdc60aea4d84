package spice.corpus;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import spice.domain.Seed;

/// Which documents an iteration reads: cards dealt from a deck that is shuffled anew for every pass, so that each
/// document is drawn equally often (SPICE §2.2: uniform over the corpus, each seen several times).
public final class Draw {
    private Draw() {}

    /// The positions of one iteration's documents in a corpus of this size.
    ///
    /// @param drawn documents that the lineage drew before: the document cursor
    public static List<Integer> positions(int corpus, long drawn, int documents, Seed seed) {
        return LongStream.range(drawn, drawn + documents)
                .mapToObj(card -> deck(corpus, seed.child("deck", card / corpus))[(int) (card % corpus)])
                .toList();
    }

    /// Fisher and Yates' shuffle of 0 to size - 1.
    private static int[] deck(int size, Seed seed) {
        int[] cards = IntStream.range(0, size).toArray();
        RandomGenerator random = seed.random();
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int card = cards[i];
            cards[i] = cards[j];
            cards[j] = card;
        }
        return cards;
    }
}
