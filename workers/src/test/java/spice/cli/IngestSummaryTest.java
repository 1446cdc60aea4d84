package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.Ingest.Ingested;
import spice.ingest.IngestProgress;
import spice.ingest.IngestSettings;
import spice.store.InMemoryBlobStore;

class IngestSummaryTest {

    /// Of five lines one has a text in the field, and of another file none: seven lines are lost, and said to be.
    @Test
    void everyRefusedFileAndLineIsCounted(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("some.jsonl"), """
                {"text": "The first."}
                {"body": "The second.", "id": 2}
                {"body": "The third."}
                {"text": 4}
                five
                """);
        Files.writeString(folder.resolve("none.ndjson"), "{\"body\": \"x\"}\n".repeat(3));
        Files.writeString(folder.resolve("empty.txt"), "");
        Ingested ingested = ingest(folder, "text");
        assertThat(IngestSummary.of(ingested))
                .isEqualTo("""
                3 files: 1 read, 2 refused, 0 hidden; 2 parsed now
                1 passages, 10 tokens, 0 duplicates dropped
                refused EMPTY: 1
                refused NO_VALID_LINE: 1
                  empty.txt:\s
                  none.ndjson: none of 3 lines; line 1: no text in the field text; there is text in body
                refused JSON lines: 7
                  some.jsonl line 2: no text in the field text; there is text in body
                  some.jsonl line 3: no text in the field text; there is text in body
                  some.jsonl line 4: no text in the field text
                  some.jsonl line 5: not JSON: Unrecognized token 'five': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
                Text in another field than text is read with --text-field, and by a run with textField.
                manifest %s
                """.formatted(ingested.ref().sha256()));
    }

    @Test
    void anotherFieldIsReadAndMakesAnotherCorpus(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"Here.\", \"body\": \"There.\"}\n");
        Ingested text = ingest(folder, "text");
        Ingested body = ingest(folder, "body");
        assertThat(body.ref()).isNotEqualTo(text.ref());
        assertThat(IngestSummary.of(body)).isEqualTo("""
                1 files: 1 read, 0 refused, 0 hidden; 1 parsed now
                1 passages, 6 tokens, 0 duplicates dropped
                manifest %s
                """.formatted(body.ref().sha256()));
    }

    private static Ingested ingest(Path folder, String textField) {
        return Ingest.ingest(
                FolderSource.below(folder, "."),
                IngestSettings.of("characters", 4000, textField),
                1,
                String::length,
                new InMemoryBlobStore(),
                IngestProgress.NONE);
    }
}
