package spice.ingest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.io.input.BoundedInputStream;

/// Reads a JSONL file, plain or zstd, line by line: each line with a text is a document, any other line is refused
/// by its number. Keeps only one line in memory.
final class JsonLines {
    static final String TYPE = "application/jsonl";

    /// A JSON escape takes up to six bytes a character; a line may be longer by [#OTHER_FIELDS] bytes.
    private static final int BYTES_PER_CHARACTER = 6;

    private static final int OTHER_FIELDS = 1 << 16;

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

    static boolean suits(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".jsonl") || name.endsWith(".jsonl.zst");
    }

    /// Reads to the end, or to a limit or a fault, and returns why text is missing.
    Set<Cut> read(Path file, boolean compressed, Reader reader) throws IOException {
        Set<Cut> cuts = EnumSet.noneOf(Cut.class);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                BoundedInputStream in = BoundedInputStream.builder()
                        .setInputStream(compressed ? new ZstdInputStream(raw) : raw)
                        .setMaxCount(settings.maxFileBytes() + 1)
                        .get()) {
            long limit = (long) BYTES_PER_CHARACTER * settings.maxCharacters() + OTHER_FIELDS;
            InputStream bytes = new BufferedInputStream(in);
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 0;
            int next;
            do {
                number++;
                line.reset();
                boolean tooLong = false;
                for (next = bytes.read(); next >= 0 && next != '\n'; next = bytes.read()) {
                    tooLong |= line.size() >= limit;
                    if (!tooLong) {
                        line.write(next);
                    }
                }
                if (next < 0 && in.getCount() > settings.maxFileBytes()) {
                    cuts.add(Cut.BYTES);
                } else if (tooLong) {
                    reader.bad(new BadLine(number, "longer than %d bytes".formatted(limit)));
                } else {
                    line(number, line, reader, cuts);
                }
            } while (next >= 0);
        } catch (ZstdIOException e) {
            cuts.add(Cut.BROKEN_OFF);
        }
        return cuts;
    }

    private void line(long number, ByteArrayOutputStream bytes, Reader reader, Set<Cut> cuts) throws IOException {
        if (bytes.toString(StandardCharsets.UTF_8).isBlank()) {
            return;
        }
        JsonNode json;
        try {
            json = WHOLE_LINE.readTree(bytes.toByteArray());
        } catch (JacksonException e) {
            reader.bad(new BadLine(number, "not JSON: " + e.getOriginalMessage()));
            return;
        }
        JsonNode text = json.get(settings.textField());
        if (text == null || !text.isTextual() || text.textValue().isBlank()) {
            reader.bad(new BadLine(number, "no text in the field " + settings.textField()));
            return;
        }
        String whole = text.textValue();
        if (whole.length() > settings.maxCharacters()) {
            cuts.add(Cut.CHARACTERS);
            whole = whole.substring(0, settings.maxCharacters());
        }
        reader.document(number, json.path("title").asText(""), whole);
    }
}
