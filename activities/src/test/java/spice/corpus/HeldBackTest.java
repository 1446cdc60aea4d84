package spice.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.Passage;

/// The expected documents are those whose `sha256(struct.pack('>q', 10) + path)` begins with a number of 64 bits
/// below a tenth of 2^64, by Python's hashlib.
class HeldBackTest {
    @Test
    void aTenthOfManyDocumentsIsHeldBackByTheirPathsAlone() {
        assertThat(heldBack(letters(30)))
                .containsExactlyInAnyOrder("letter-04.txt", "letter-09.txt", "letter-22.txt", "letter-28.txt");
        assertThat(IntStream.range(0, 10_000)
                        .filter(i -> HeldBack.isHeldBack("document-%d.pdf".formatted(i)))
                        .count())
                .isEqualTo(969);
    }

    @Test
    void noDocumentChangesSidesWhileTheFolderGrows() {
        for (int size = 1; size < 30; size++) {
            List<Passage> grown = letters(size + 1);
            assertThat(heldBack(grown)).containsAll(heldBack(letters(size)));
            assertThat(sources(HeldBack.others(grown))).containsAll(sources(HeldBack.others(letters(size))));
        }
    }

    @Test
    void everyPassageIsOnOneSide() {
        List<Passage> all = letters(30);
        assertThat(HeldBack.others(all)).doesNotContainAnyElementsOf(HeldBack.passages(all));
        assertThat(HeldBack.others(all).size() + HeldBack.passages(all).size()).isEqualTo(all.size());
    }

    private static Set<String> heldBack(List<Passage> passages) {
        return sources(HeldBack.passages(passages));
    }

    private static Set<String> sources(List<Passage> passages) {
        return passages.stream().map(Passage::source).collect(Collectors.toSet());
    }

    /// Letters of two passages each.
    private static List<Passage> letters(int count) {
        return IntStream.rangeClosed(1, count)
                .boxed()
                .flatMap(number -> IntStream.range(0, 2)
                        .mapToObj(at ->
                                new Passage("", "letter-%02d.txt".formatted(number), at, "", "", "en", "text", 1)))
                .toList();
    }
}
