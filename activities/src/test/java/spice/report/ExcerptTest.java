package spice.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExcerptTest {
    private static List<String> marked(Excerpt excerpt) {
        return excerpt.marks().stream()
                .map(mark -> excerpt.text().substring(mark[0], mark[1]))
                .toList();
    }

    @Test
    void aQuoteIsMarkedWhateverItsWhiteSpace() {
        Excerpt excerpt =
                Excerpt.around("Day book\nclove 7\n  plus 5 is 12 (a.b)", List.of("clove 7 plus 5", "(a.b)"), 99);
        assertThat(marked(excerpt)).containsExactly("clove 7\n  plus 5", "(a.b)");
        assertThat(excerpt.isCut()).isFalse();
    }

    @Test
    void quotesThatOverlapAreOneMark() {
        assertThat(marked(Excerpt.around("one two three", List.of("two three", "one two"), 99)))
                .containsExactly("one two three");
    }

    @Test
    void aLongTextIsCutAroundItsQuote() {
        Excerpt excerpt = Excerpt.around("a ".repeat(500) + "the quote" + " b".repeat(500), List.of("the quote"), 60);
        assertThat(excerpt.isCut()).isTrue();
        assertThat(excerpt.text()).hasSize(62).startsWith("…").endsWith("…");
        assertThat(marked(excerpt)).containsExactly("the quote");
    }

    @Test
    void noCharacterIsParted() {
        assertThat(Excerpt.beginning("ab\uD83C\uDF36cd", 3)).isEqualTo("ab…");
        assertThat(Excerpt.beginning("ab", 3)).isEqualTo("ab");
    }

    @Test
    void aQuoteThatIsNotThereIsNotMarked() {
        assertThat(marked(Excerpt.around("text", List.of("other", "", " "), 99)))
                .isEmpty();
    }
}
