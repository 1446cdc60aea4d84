package spice.ingest;

import java.io.IOException;
import java.io.Reader;

/// A text as it would be seen on paper. Tika puts U+FFFD for every control character; manual pages and logs have
/// many, which overstrike letters, colour a terminal, or end a page.
final class SeenText extends Reader {
    private static final int NONE = -2;
    private static final char ESCAPE = '\u001B';
    /// Ends a page for [TextCleaner], and is a character that XML allows.
    private static final char PAGE_END = '\u2029';

    private final Reader text;
    /// The character before this place, which a backspace takes back.
    private int before = NONE;

    SeenText(Reader text) {
        this.text = text;
    }

    @Override
    public int read(char[] to, int start, int length) throws IOException {
        int written = 0;
        while (written < length) {
            int c = text.read();
            if (c == ESCAPE) {
                skipEscape();
                continue;
            }
            if (c == '\b') {
                before = NONE;
                continue;
            }
            if (c >= 0 && c < ' ' && !Character.isWhitespace(c)) {
                continue;
            }
            if (before >= 0) {
                to[start + written] = (char) before;
                written++;
            }
            before = c == '\f' ? PAGE_END : c;
            if (c < 0) {
                break;
            }
        }
        return written == 0 && length > 0 ? -1 : written;
    }

    /// Skips what follows the escape character: the numbers and the letter of a sequence such as `[1m`.
    private void skipEscape() throws IOException {
        int c = text.read();
        if (c == '[') {
            do {
                c = text.read();
            } while (c >= ' ' && c < '@');
        }
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
