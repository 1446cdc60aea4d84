package spice.ingest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.commons.io.input.BoundedInputStream;
import org.jspecify.annotations.Nullable;

/// Reads a file of JSON lines, plain or compressed, line by line: each line with a text is a document, any other
/// line is refused by its number. Keeps only one line in memory.
final class JsonLines {
    static final String TYPE = "application/jsonl";

    /// How the names of such files end. One called JSON may also be a single value over many lines.
    private static final Pattern NAME = Pattern.compile(
            "(\\.jsonl|\\.ndjson|\\.jl|(?<maybe>\\.json))(\\.gz|\\.bz2|\\.xz|\\.zst)?$", Pattern.CASE_INSENSITIVE);

    /// A JSON escape takes up to six bytes a character; a line may be longer by [#OTHER_FIELDS] bytes.
    private static final int BYTES_PER_CHARACTER = 6;

    private static final int OTHER_FIELDS = 1 << 16;

    private static final Map<String, String> PACKED = Map.of(
            "gz", CompressorStreamFactory.GZIP,
            "bz2", CompressorStreamFactory.BZIP2,
            "xz", CompressorStreamFactory.XZ,
            "zst", CompressorStreamFactory.ZSTANDARD);

    /// What a decompressor may take for its tables.
    private static final int DECOMPRESSOR_KILOBYTES = 100_000;

    private static final int FIELDS_NAMED = 5;
    private static final int LONGEST_FIELD = 40;

    private static final ObjectReader WHOLE_LINE =
            ZstdLines.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final IngestSettings settings;

    JsonLines(IngestSettings settings) {
        this.settings = settings;
    }

    /// Receives the lines in the order of the file.
    interface Reader {
        void document(long number, String title, String text) throws IOException;

        void bad(BadLine line);
    }

    /// Whether the file is one of JSON lines, by its name and, where that leaves it open, by its first two lines.
    boolean suits(Path file) throws IOException {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.find() && (name.group("maybe") == null || beginsWithLines(file));
    }

    private boolean beginsWithLines(Path file) throws IOException {
        byte[] sample = sample(file);
        List<String> lines = withoutMark(new String(sample, TextCharset.of(sample)))
                .lines()
                .filter(line -> !line.isBlank())
                .limit(2)
                .toList();
        try {
            return !lines.isEmpty()
                    && WHOLE_LINE.readTree(lines.getFirst()) instanceof ObjectNode first
                    && (lines.size() > 1 || first.path(settings.textField()).isTextual());
        } catch (JacksonException e) {
            return false;
        }
    }

    /// The beginning of the file, as far as it can be unpacked.
    private static byte[] sample(Path file) throws IOException {
        ByteArrayOutputStream sample = new ByteArrayOutputStream();
        try (InputStream in = unpacked(file)) {
            byte[] block = new byte[8192];
            for (int read = 0; read >= 0 && sample.size() < TextCharset.SAMPLE; read = in.read(block)) {
                sample.write(block, 0, Math.min(read, TextCharset.SAMPLE - sample.size()));
            }
        } catch (Missing e) {
            // Whoever reads all of it finds the fault too, and says so.
            return sample.toByteArray();
        }
        return sample.toByteArray();
    }

    private static InputStream unpacked(Path file) throws IOException {
        String format = PACKED.getOrDefault(extension(file), "");
        InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        if (format.isEmpty()) {
            return raw;
        }
        try {
            return new Unpacking(
                    new CompressorStreamFactory(true, DECOMPRESSOR_KILOBYTES).createCompressorInputStream(format, raw));
        } catch (CompressorException e) {
            raw.close();
            throw new Missing(Cut.BROKEN_OFF, e);
        }
    }

    private static String extension(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// Reads to the end, or to a limit or a fault, and returns why text is missing.
    Set<Cut> read(Path file, Reader reader) throws IOException {
        Set<Cut> cuts = EnumSet.noneOf(Cut.class);
        Charset charset = TextCharset.of(sample(file));
        try (BoundedInputStream in = BoundedInputStream.builder()
                .setInputStream(unpacked(file))
                .setMaxCount(settings.maxFileBytes() + 1)
                .get()) {
            lines(new Bytes(in, settings.maxFileBytes()), charset, reader, cuts);
        } catch (Missing e) {
            cuts.add(e.cut);
        }
        return cuts;
    }

    private void lines(Bytes bytes, Charset charset, Reader reader, Set<Cut> cuts) throws IOException {
        long limit = (long) BYTES_PER_CHARACTER * settings.maxCharacters() + OTHER_FIELDS;
        byte[] lineEnd = "\n".getBytes(charset);
        // In UTF-16 and UTF-32 a line end is a unit of several bytes; in no other charset is it part of a character.
        byte[] unit = new byte[lineEnd.length];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long number = 0;
        int next;
        do {
            number++;
            line.reset();
            boolean tooLong = false;
            int inUnit = 0;
            for (next = bytes.next(); next >= 0; next = bytes.next()) {
                unit[inUnit++] = (byte) next;
                if (inUnit == unit.length) {
                    if (Arrays.equals(unit, lineEnd)) {
                        break;
                    }
                    inUnit = 0;
                    tooLong |= line.size() >= limit;
                    if (!tooLong) {
                        line.write(unit, 0, unit.length);
                    }
                }
            }
            if (tooLong) {
                reader.bad(new BadLine(number, "longer than %d bytes".formatted(limit)));
            } else {
                line(number, line.toByteArray(), charset, reader, cuts);
            }
        } while (next >= 0);
    }

    private void line(long number, byte[] bytes, Charset charset, Reader reader, Set<Cut> cuts) throws IOException {
        String line;
        try {
            line = withoutMark(
                    charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            reader.bad(new BadLine(number, "not in " + charset.name()));
            return;
        }
        if (line.isBlank()) {
            return;
        }
        JsonNode json;
        try {
            json = WHOLE_LINE.readTree(line);
        } catch (JacksonException e) {
            reader.bad(new BadLine(number, "not JSON: " + e.getOriginalMessage()));
            return;
        }
        JsonNode text = json.get(settings.textField());
        if (text == null || !text.isTextual() || text.textValue().isBlank()) {
            reader.bad(new BadLine(number, "no text in the field %s%s".formatted(settings.textField(), fields(json))));
            return;
        }
        String whole = text.textValue();
        if (whole.length() > settings.maxCharacters()) {
            cuts.add(Cut.CHARACTERS);
            whole = whole.substring(0, settings.maxCharacters());
        }
        reader.document(number, json.path("title").asText(""), whole);
    }

    /// The fields with text that the line has instead.
    private static String fields(JsonNode json) {
        String names = json.properties().stream()
                .filter(field -> field.getValue().isTextual())
                .map(field -> TextCleaner.clean(field.getKey()))
                .filter(name -> name.length() <= LONGEST_FIELD)
                .limit(FIELDS_NAMED)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "; there is text in " + names;
    }

    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /// The rest of the file cannot be read.
    private static final class Missing extends IOException {
        private static final long serialVersionUID = 1;

        final Cut cut;

        Missing(Cut cut, @Nullable Exception cause) {
            super(cut.name(), cause);
            this.cut = cut;
        }
    }

    /// A file as it is unpacked. Decompressors say in many ways that the file is damaged.
    private static final class Unpacking extends FilterInputStream {
        Unpacking(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] block, int start, int length) throws IOException {
            try {
                return in.read(block, start, length);
            } catch (IOException | RuntimeException e) {
                throw new Missing(Cut.BROKEN_OFF, e);
            }
        }
    }

    /// Reads single bytes, up to a limit, without a lock for each byte, which would take most of the time.
    private static final class Bytes {
        private final BoundedInputStream in;
        private final long most;
        private final byte[] block = new byte[1 << 16];
        private int at;
        private int end;

        Bytes(BoundedInputStream in, long most) {
            this.in = in;
            this.most = most;
        }

        /// The next byte, or -1 at the end of the file.
        int next() throws IOException {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(block));
                if (end == 0 && in.getCount() > most) {
                    throw new Missing(Cut.BYTES, null);
                }
                if (end == 0) {
                    return -1;
                }
            }
            return block[at++] & 0xFF;
        }
    }
}
