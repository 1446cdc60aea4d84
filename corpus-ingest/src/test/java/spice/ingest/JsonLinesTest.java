package spice.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.ingest.CorpusManifest.Source;
import spice.store.InMemoryBlobStore;

class JsonLinesTest {
    private static final String LINES = """
            {"text": "The first line.", "title": "One"}
            not json
            {"title": "no text"}
            {"text": 5}

            {"text": " \\n "}
            {"text": "The seventh line."} and more
            {"text": "The ninth\\r\\nand last.", "text_": "longer than a line may be"}""";

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final PlainTextParser parser = new PlainTextParser();

    @Test
    void everyLineWithATextIsADocumentAndOthersAreRefusedByNumber() throws IOException {
        Files.writeString(folder.resolve("lines.jsonl"), LINES);
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(new CorpusReader(store, manifest).passages())
                .extracting(passage -> passage.source() + " " + passage.title() + ": " + passage.text())
                .containsExactly(
                        "lines.jsonl#1 One: The first line.", "lines.jsonl#8 lines.jsonl: The ninth\nand last.");
        Source source = manifest.sources().getFirst();
        assertThat(source.cuts()).containsExactly(Cut.LINES);
        assertThat(source.badLineCount()).isEqualTo(5);
        assertThat(source.badLines())
                .extracting(line -> line.number() + " "
                        + line.reason().replaceFirst("[:;(].*", "").strip())
                .containsExactly(
                        "2 not JSON",
                        "3 no text in the field text",
                        "4 no text in the field text",
                        "6 no text in the field text",
                        "7 not JSON");
        // The parser for other files was not called.
        assertThat(parser.parsed).hasValue(0);
    }

    @Test
    void packedLinesAreTheSameLines() throws IOException {
        Files.write(folder.resolve("packed.JSONL.zst"), Zstd.compress(LINES.getBytes(UTF_8)));
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(new CorpusReader(store, manifest).passages())
                .extracting(Passage::source)
                .containsExactly("packed.JSONL.zst#1", "packed.JSONL.zst#8");
        assertThat(manifest.sources().getFirst().badLineCount()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.jsonl",
                "a.ndjson",
                "a.JL",
                "a.json",
                "a.jsonl.gz",
                "a.ndjson.bz2",
                "a.jsonl.xz",
                "a.ndjson.zst",
                "a.json.gz"
            })
    void linesAreReadUnderTheirManyNames(String name) throws Exception {
        Files.write(folder.resolve(name), packed(name, LINES.getBytes(UTF_8)));
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(new CorpusReader(store, manifest).passages())
                .extracting(Passage::source)
                .containsExactly(name + "#1", name + "#8");
        assertThat(manifest.sources().getFirst().badLineCount()).isEqualTo(5);
        assertThat(manifest.totals().badLines()).isEqualTo(5);
        assertThat(parser.parsed).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-8", "windows-1252"})
    void linesInOtherCharsetsAreAllRead(String charset) throws IOException {
        Files.write(
                folder.resolve("a.jsonl"),
                "{\"text\": \"Süßholz für 12 €\"}\r\n{\"text\": \"und Kräuter\"}\n".getBytes(Charset.forName(charset)));
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(new CorpusReader(store, manifest).passages())
                .extracting(Passage::text)
                .containsExactly("Süßholz für 12 €", "und Kräuter");
        assertThat(manifest.totals().badLines()).isZero();
    }

    /// A byte order mark, a line with bytes that are no text, and one of which too much is lost already.
    @Test
    void aLineThatIsNoTextIsRefusedAlone() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("\uFEFF{\"text\": \"Süßholz, Kräuter, Öl\"}\n".getBytes(UTF_8));
        bytes.write("{\"text\": \"S\u00FC\u00DFholz\"}\n".getBytes(ISO_8859_1));
        bytes.write("{\"text\": \"S\uFFFD\uFFFDholz\"}\n".getBytes(UTF_8));
        Files.write(folder.resolve("a.jsonl"), bytes.toByteArray());
        assertThat(ingest(5_000_000, 1 << 30).sources().getFirst().badLines())
                .containsExactly(
                        new BadLine(2, "not in UTF-8"), new BadLine(3, "2 of 7 characters are unknown (U+FFFD)"));
    }

    /// A value over many lines, an array, and a single object without a text are documents as before.
    @ParameterizedTest
    @ValueSource(
            strings = {"{\n  \"text\": \"a\"\n}\n", "[{\"text\": \"a\"},\n{\"text\": \"b\"}]", "{\"body\": \"a\"}"})
    void otherJsonIsNotTakenForLines(String json) throws IOException {
        Files.writeString(folder.resolve("a.json"), json);
        ingest(5_000_000, 1 << 30);
        assertThat(parser.parsed).hasValue(1);
    }

    @Test
    void aFileThatBreaksOffGivesTheLinesBefore() throws IOException {
        String many = IntStream.rangeClosed(1, 20_000)
                .mapToObj("{\"text\": \"Line number %d of many.\"}\n"::formatted)
                .collect(Collectors.joining());
        byte[] packed = Zstd.compress(many.getBytes(UTF_8));
        Files.write(folder.resolve("a.jsonl.zst"), Arrays.copyOf(packed, packed.length / 2));
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(manifest.sources().getFirst().cuts()).containsExactly(Cut.BROKEN_OFF);
        List<Passage> passages = new CorpusReader(store, manifest).passages();
        assertThat(passages).hasSizeBetween(1_000, 19_000);
        assertThat(passages.getLast().text()).isEqualTo("Line number %d of many.".formatted(passages.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl.gz", "a.jsonl.bz2"})
    void otherFilesThatBreakOffAreMarkedToo(String name) throws Exception {
        String many = new Seed(1)
                .random()
                .ints(8_000)
                .mapToObj("{\"text\": \"Number %d.\"}\n"::formatted)
                .collect(Collectors.joining());
        byte[] packed = packed(name, many.getBytes(UTF_8));
        Files.write(folder.resolve(name), Arrays.copyOf(packed, packed.length * 3 / 4));
        CorpusManifest manifest = ingest(5_000_000, 1 << 30);
        assertThat(manifest.sources().getFirst().cuts()).containsExactly(Cut.BROKEN_OFF);
        assertThat(manifest.totals().passages()).isBetween(2_000, 7_000);
    }

    private static byte[] packed(String name, byte[] bytes) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        String format = switch (name.substring(name.lastIndexOf('.'))) {
            case ".gz" -> CompressorStreamFactory.GZIP;
            case ".bz2" -> CompressorStreamFactory.BZIP2;
            case ".xz" -> CompressorStreamFactory.XZ;
            case ".zst" -> CompressorStreamFactory.ZSTANDARD;
            default -> "";
        };
        if (format.isEmpty()) {
            return bytes;
        }
        // Small blocks, so that a file that breaks off has a whole one.
        try (OutputStream out = format.equals(CompressorStreamFactory.BZIP2)
                ? new BZip2CompressorOutputStream(packed, 1)
                : new CompressorStreamFactory().createCompressorOutputStream(format, packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void whatUnpacksToMoreThanAllowedIsCutThere() throws IOException {
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(folder.resolve("bomb.jsonl.zst")))) {
            out.write("{\"text\": \"Before the bomb.\"}\n".getBytes(UTF_8));
            for (int i = 0; i < 50; i++) {
                out.write(" ".repeat(1 << 20).getBytes(UTF_8));
            }
            out.write("{\"text\": \"After it.\"}\n".getBytes(UTF_8));
        }
        CorpusManifest manifest = ingest(1000, 20 << 20);
        assertThat(manifest.sources().getFirst().cuts()).containsExactly(Cut.BYTES);
        assertThat(new CorpusReader(store, manifest).passages())
                .extracting(Passage::text)
                .containsExactly("Before the bomb.");
    }

    @Test
    void longTextsAreCutAndLinesBeyondAllReasonRefused() throws IOException {
        String longest = "{\"text\": \"%s\"}\n";
        Files.writeString(
                folder.resolve("long.jsonl"),
                longest.formatted("a ".repeat(600)) + longest.formatted("b".repeat(80_000)));
        CorpusManifest manifest = ingest(1000, 1 << 30);
        Source source = manifest.sources().getFirst();
        assertThat(source.cuts()).containsExactly(Cut.CHARACTERS, Cut.LINES);
        assertThat(source.badLines()).containsExactly(new BadLine(2, "longer than 71536 bytes"));
        assertThat(new CorpusReader(store, manifest).passages().getFirst().text())
                .hasSize(999);
    }

    @Test
    void aFileWithoutAValidLineIsRefusedWithTheFirstReason() throws IOException {
        Files.writeString(folder.resolve("none.jsonl"), "{\"body\": \"x\"}\n[]\n");
        assertThatThrownBy(() -> ingest(1000, 1000))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining(
                        "none.jsonl (NO_VALID_LINE: none of 2 lines; line 1: no text in the field text; there is text in body)")
                .hasMessageEndingWith("or name the field of the lines that holds text (textField, --text-field)");
    }

    private CorpusManifest ingest(int maxCharacters, long maxFileBytes) {
        IngestSettings settings =
                new IngestSettings("characters", 4000, "text", maxCharacters, 0, maxFileBytes, 1, 64, 100_000);
        return Ingest.ingestWith(
                        FolderSource.below(folder, "."),
                        settings,
                        1,
                        String::length,
                        store,
                        IngestProgress.NONE,
                        p -> parser)
                .manifest();
    }
}
