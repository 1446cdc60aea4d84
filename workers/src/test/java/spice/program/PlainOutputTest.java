package spice.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class PlainOutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream raw = new PrintStream(bytes, true, UTF_8);
    private final PrintStream plain = PlainOutput.around(raw);

    private String printed(String text) {
        bytes.reset();
        plain.print(text);
        plain.flush();
        return bytes.toString(UTF_8);
    }

    @Test
    void whatATerminalObeysIsShownInstead() {
        // Clears the screen; sets the title; rings; deletes; goes back to the line's beginning.
        assertThat(printed("a\u001b[2Jb")).isEqualTo("a\\u001b[2Jb");
        assertThat(printed("\u001b]0;evil\u0007")).isEqualTo("\\u001b]0;evil\\u0007");
        assertThat(printed("right\rwrong\b\u007f")).isEqualTo("right\\u000dwrong\\u0008\\u007f");
        // The same in eight bits.
        assertThat(printed("\u009b2J\u0085")).isEqualTo("\\u009b2J\\u0085");
        // Shows what follows from right to left.
        assertThat(printed("\u202eabc\u202c\u2066\u2069")).isEqualTo("\\u202eabc\\u202c\\u2066\\u2069");
    }

    @Test
    void everyOtherTextPassesUnchanged() {
        String text = "line\n\ttab · é ¡ ° – … ‘€’ ⁠ ⁡ → ∑ 漢字 🙂 \u2029 \ufeff\n";

        assertThat(printed(text)).isEqualTo(text);
    }

    /// A write may end in the middle of a character.
    @Test
    void aCharacterMayComeInPieces() {
        for (byte one : "é\u009b…\u202e€".getBytes(UTF_8)) {
            plain.write(one);
        }
        plain.flush();

        assertThat(bytes.toString(UTF_8)).isEqualTo("é\\u009b…\\u202e€");
    }

    @Test
    void whoDrawsReachesTheStreamBeneath() {
        assertThat(PlainOutput.raw(plain)).isSameAs(raw);
        assertThat(PlainOutput.raw(raw)).isSameAs(raw);
    }
}
