package spice.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.tika.detect.EncodingDetector;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.html.charsetdetector.StandardHtmlEncodingDetector;
import org.apache.tika.parser.txt.CharsetDetector;
import org.apache.tika.parser.txt.CharsetMatch;
import org.mozilla.universalchardet.UniversalDetector;

/// Finds the charset of a text from its bytes. A declaration (in HTML, XML or a mail's header) counts as browsers
/// read it, by the labels of the WHATWG's Encoding Standard, and only where the bytes are text in it; else the
/// bytes alone decide. Tika's parsers ask it in the parser JVMs.
public final class TextCharset implements EncodingDetector {
    private static final long serialVersionUID = 1;

    /// The bytes that are looked at.
    static final int SAMPLE = 1 << 20;

    /// In nearly good UTF-8 the good characters of several bytes outnumber the bytes that are wrong by this.
    /// Texts in other charsets hold good ones only by chance.
    private static final int GOOD_FOR_A_WRONG_BYTE = 4;

    private static final Map<String, Charset> MARKS = new LinkedHashMap<>();

    static {
        // The mark of UTF-32LE begins with that of UTF-16LE.
        MARKS.put("\u00FF\u00FE\0\0", Charset.forName("UTF-32LE"));
        MARKS.put("\0\0\u00FE\u00FF", Charset.forName("UTF-32BE"));
        MARKS.put("\u00EF\u00BB\u00BF", StandardCharsets.UTF_8);
        MARKS.put("\u00FF\u00FE", StandardCharsets.UTF_16LE);
        MARKS.put("\u00FE\u00FF", StandardCharsets.UTF_16BE);
        MARKS.put("\u00841\u00953", Charset.forName("GB18030"));
    }

    /// Wider charsets under the names of narrower ones, as browsers read them.
    private static final Map<String, Charset> WIDER = Map.of(
            "ISO-8859-1", Charset.forName("windows-1252"),
            "US-ASCII", Charset.forName("windows-1252"),
            "ISO-8859-9", Charset.forName("windows-1254"),
            "ISO-8859-11", Charset.forName("x-windows-874"),
            "TIS-620", Charset.forName("x-windows-874"),
            "Shift_JIS", Charset.forName("windows-31j"),
            "GB2312", Charset.forName("GB18030"),
            "GBK", Charset.forName("GB18030"),
            "EUC-KR", Charset.forName("x-windows-949"),
            "Big5", Charset.forName("Big5-HKSCS"));

    /// Charsets in which a byte above 0x7F alone means nothing, so that a text that decodes says something.
    private static final Pattern OF_SEVERAL_BYTES =
            Pattern.compile("UTF-.*|GB18030|windows-31j|x-windows-949|Big5.*|EUC-.*|ISO-2022-.*");

    /// Charsets that ICU's detector lacks or takes for others.
    private static final Set<String> MOZILLA_ALONE = Set.of("windows-1255", "x-windows-874");

    private static final Pattern XML_DECLARATION =
            Pattern.compile("^\\s*<\\?xml\\s[^>]{0,200}?encoding\\s*=\\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']");

    /// Escapes that switch the character set in ISO-2022.
    private static final Pattern ISO_2022_ESCAPE = Pattern.compile("\u001B[$(]|\u001B\\$\\)");

    @Override
    public Charset detect(InputStream input, Metadata metadata) throws IOException {
        input.mark(SAMPLE);
        byte[] bytes = input.readNBytes(SAMPLE);
        input.reset();
        return of(bytes, declared(bytes, metadata));
    }

    /// The charset of a text that declares none.
    ///
    /// @param bytes of its beginning, at most [#SAMPLE]
    static Charset of(byte[] bytes) {
        return of(bytes, Optional.empty());
    }

    private static Charset of(byte[] bytes, Optional<Charset> declared) {
        String marks = latin(bytes, 4);
        for (Map.Entry<String, Charset> mark : MARKS.entrySet()) {
            if (marks.startsWith(mark.getKey())) {
                return mark.getValue();
            }
        }
        Optional<Charset> wide = wide(bytes);
        if (wide.isPresent()) {
            return wide.get();
        }
        Utf8Count utf8 = Utf8Count.of(bytes);
        if (utf8.wrong() == 0 && utf8.good() == 0) {
            return sevenBits(bytes, declared);
        }
        Optional<Charset> telling = declared.filter(charset -> isOfSeveralBytes(charset) && fits(bytes, charset));
        if (telling.isPresent()) {
            return telling.get();
        }
        if (utf8.good() >= GOOD_FOR_A_WRONG_BYTE * utf8.wrong()) {
            return StandardCharsets.UTF_8;
        }
        return Stream.concat(declared.stream(), detected(bytes))
                .filter(charset -> fits(bytes, charset))
                .findFirst()
                .orElseGet(() -> WIDER.get("ISO-8859-1"));
    }

    /// The charset that the text or its envelope declares.
    private static Optional<Charset> declared(byte[] bytes, Metadata metadata) throws IOException {
        Matcher xml = XML_DECLARATION.matcher(latin(bytes, 300));
        String type = Objects.requireNonNullElse(metadata.get(Metadata.CONTENT_TYPE), "");
        if (xml.find()) {
            Metadata label = new Metadata();
            label.set(Metadata.CONTENT_TYPE, "text/xml; charset=" + xml.group(1));
            return standard(new byte[0], label);
        }
        return standard(type.contains("html") ? bytes : new byte[0], metadata);
    }

    private static Optional<Charset> standard(byte[] bytes, Metadata metadata) throws IOException {
        Charset charset = new StandardHtmlEncodingDetector().detect(new ByteArrayInputStream(bytes), metadata);
        return Optional.ofNullable(charset).map(TextCharset::wider);
    }

    private static Charset wider(Charset charset) {
        return WIDER.getOrDefault(charset.name(), charset);
    }

    /// UTF-16 and UTF-32 without a mark: their bytes look like control characters, and there are fewer kinds of the
    /// higher bytes than of the lower ones.
    private static Optional<Charset> wide(byte[] bytes) {
        int[] zeros = new int[4];
        boolean hasControls = false;
        List<Set<Byte>> kinds = List.of(new HashSet<>(), new HashSet<>());
        for (int i = 0; i < bytes.length; i++) {
            zeros[i % 4] += bytes[i] == 0 ? 1 : 0;
            hasControls |= bytes[i] >= 0 && bytes[i] < ' ' && !Character.isWhitespace(bytes[i]);
            kinds.get(i % 2).add(bytes[i]);
        }
        int even = kinds.get(0).size();
        int odd = kinds.get(1).size();
        if (!hasControls || 2 * Math.min(even, odd) > Math.max(even, odd)) {
            return Optional.empty();
        }
        int units = bytes.length / 4;
        String name;
        if (zeros[0] == units && 2 * zeros[1] > units) {
            name = "UTF-32BE";
        } else if (zeros[3] == units && 2 * zeros[2] > units) {
            name = "UTF-32LE";
        } else {
            name = even < odd ? "UTF-16BE" : "UTF-16LE";
        }
        return Optional.of(Charset.forName(name)).filter(charset -> fits(bytes, charset));
    }

    private static Charset sevenBits(byte[] bytes, Optional<Charset> declared) {
        if (ISO_2022_ESCAPE.matcher(latin(bytes, bytes.length)).find()) {
            return Stream.concat(declared.stream(), detected(bytes))
                    .filter(charset -> charset.name().startsWith("ISO-2022") && fits(bytes, charset))
                    .findFirst()
                    .orElse(StandardCharsets.UTF_8);
        }
        return StandardCharsets.UTF_8;
    }

    /// The charsets that the bytes may be in, the likeliest first. Mozilla's detector is the better one for
    /// charsets of several bytes, Hebrew and Thai, and ICU's, which knows languages, for the others.
    private static Stream<Charset> detected(byte[] bytes) {
        UniversalDetector universal = new UniversalDetector();
        universal.handleData(bytes);
        universal.dataEnd();
        return Stream.concat(
                        charsets(Stream.ofNullable(universal.getDetectedCharset()))
                                .filter(charset -> isOfSeveralBytes(charset) || MOZILLA_ALONE.contains(charset.name())),
                        charsets(Stream.of(new CharsetDetector(bytes.length + 1)
                                        .setText(bytes)
                                        .detectAll())
                                .map(CharsetMatch::getName)))
                .filter(charset -> !charset.name().startsWith("UTF-"));
    }

    private static Stream<Charset> charsets(Stream<String> names) {
        return names.filter(Charset::isSupported).map(name -> wider(Charset.forName(name)));
    }

    private static boolean isOfSeveralBytes(Charset charset) {
        return OF_SEVERAL_BYTES.matcher(charset.name()).matches();
    }

    /// Whether the bytes are text in this charset: each of them means something, and none a control character of
    /// the rarely used second set, which no text has.
    private static boolean fits(byte[] bytes, Charset charset) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(8192);
        while (true) {
            // A sample may end within a character.
            CoderResult result = decoder.decode(in, out, bytes.length < SAMPLE);
            out.flip();
            if (result.isError() || out.chars().anyMatch(c -> c >= 0x80 && c < 0xA0 && c != 0x85)) {
                return false;
            }
            if (result.isUnderflow()) {
                return true;
            }
            out.clear();
        }
    }

    private static String latin(byte[] bytes, int most) {
        return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.ISO_8859_1);
    }
}
