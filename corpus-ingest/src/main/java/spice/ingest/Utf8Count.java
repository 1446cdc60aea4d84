package spice.ingest;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// How far bytes are UTF-8.
///
/// @param good characters of several bytes that are right; each shows that the text is UTF-8
/// @param wrong bytes, or beginnings of characters, that are not UTF-8
record Utf8Count(long good, long wrong) {

    static Utf8Count of(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(8192);
        long good = 0;
        long wrong = 0;
        while (true) {
            // The bytes may end within a character, which is neither right nor wrong.
            CoderResult result = decoder.decode(in, out, false);
            out.flip();
            good += out.chars()
                    .filter(c -> c >= 0x80 && !Character.isLowSurrogate((char) c))
                    .count();
            out.clear();
            if (result.isError()) {
                wrong++;
                in.position(in.position() + result.length());
            } else if (result.isUnderflow()) {
                return new Utf8Count(good, wrong);
            }
        }
    }
}
