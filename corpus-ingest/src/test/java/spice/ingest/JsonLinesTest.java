package spice.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Passage;
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
                .extracting(line -> line.number() + " " + line.reason().replaceFirst(" ?:.*|\\(.*", ""))
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
                .hasMessageContaining("none.jsonl (NO_VALID_LINE: line 1: no text in the field text)");
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
