package spice.program;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;

/// The one door for text that reaches a terminal or a log. Documents, models, settings and names hold anything,
/// and a terminal obeys some of it: a control character becomes its escape, such as `\u001b`. Line ends and tabs
/// pass.
public final class PlainOutput extends PrintStream {
    private final PrintStream raw;

    private PlainOutput(PrintStream raw) {
        super(new Escaping(raw), true, raw.charset());
        this.raw = raw;
    }

    /// Makes this program's standard output and error such streams.
    public static void install() {
        System.setOut(around(System.out));
        System.setErr(around(System.err));
    }

    /// Such a stream around another one.
    public static PrintStream around(PrintStream raw) {
        return new PlainOutput(raw);
    }

    /// The stream beneath, for who draws on a terminal with control characters of the program's own.
    public static PrintStream raw(PrintStream out) {
        return out instanceof PlainOutput plain ? plain.raw : out;
    }

    /// Works on the bytes of UTF-8; in other charsets that a terminal may have, the bytes of ASCII are the same.
    private static final class Escaping extends FilterOutputStream {
        private static final int TWO_BYTES = 0xC2;
        private static final int THREE_BYTES = 0xE2;

        /// The bytes of a character that may be a control character, of which more have to come; 0 if there are
        /// none.
        private int held;

        Escaping(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            int next = value & 0xff;
            switch (held) {
                case 0 -> first(next);
                case TWO_BYTES -> end(next, next >= 0x80 && next <= 0x9f, next);
                case THREE_BYTES -> {
                    if (next == 0x80 || next == 0x81) {
                        held = held << 8 | next;
                    } else {
                        end(next, false, 0);
                    }
                }
                // Characters that turn the direction of what follows: U+202A to U+202E, U+2066 to U+2069.
                case THREE_BYTES << 8 | 0x80 -> end(next, next >= 0xaa && next <= 0xae, 0x2000 + next - 0x80);
                default -> end(next, next >= 0xa6 && next <= 0xa9, 0x2040 + next - 0x80);
            }
        }

        private void first(int next) throws IOException {
            if (next == TWO_BYTES || next == THREE_BYTES) {
                held = next;
            } else if (next == 0x7f || (next < 0x20 && next != '\n' && next != '\t')) {
                escape(next);
            } else {
                out.write(next);
            }
        }

        /// @param isControl whether this byte makes the held ones a control character, which is `character`
        private void end(int next, boolean isControl, int character) throws IOException {
            if (isControl) {
                held = 0;
                escape(character);
            } else {
                release();
                first(next);
            }
        }

        private void release() throws IOException {
            if (held > 0xff) {
                out.write(held >> 8);
            }
            if (held != 0) {
                out.write(held & 0xff);
            }
            held = 0;
        }

        private void escape(int character) throws IOException {
            out.write(String.format(Locale.ROOT, "\\u%04x", character).getBytes(US_ASCII));
        }

        @Override
        public void close() throws IOException {
            release();
            super.close();
        }
    }
}
