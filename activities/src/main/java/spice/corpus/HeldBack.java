package spice.corpus;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import spice.domain.Passage;
import spice.domain.Seed;

/// The tenth of a corpus that is never learned from, where a run has no held-out file: whole documents, chosen by a
/// hash of their path, so that the choice depends little on what else is in the folder.
final class HeldBack {
    private static final Seed ORDER = new Seed(10);

    private HeldBack() {}

    /// The passages to learn from.
    static List<Passage> others(List<Passage> passages) {
        Set<String> heldBack = documents(passages);
        return passages.stream()
                .filter(passage -> !heldBack.contains(passage.source()))
                .toList();
    }

    /// The passages held back.
    static List<Passage> passages(List<Passage> passages) {
        Set<String> heldBack = documents(passages);
        return passages.stream()
                .filter(passage -> heldBack.contains(passage.source()))
                .toList();
    }

    private static Set<String> documents(List<Passage> passages) {
        List<String> documents =
                passages.stream().map(Passage::source).distinct().toList();
        return documents.stream()
                .sorted(Comparator.comparingLong(source -> ORDER.child(source).value()))
                .limit(Math.ceilDiv(documents.size(), 10))
                .collect(Collectors.toSet());
    }
}
