package spice.archive;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.ingest.CorpusReader;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.Ingest.Ingested;
import spice.ingest.IngestProgress;
import spice.ingest.IngestSettings;
import spice.ledger.LedgerLine;
import spice.ledger.Level;
import spice.ledger.OperandSplit;
import spice.store.InMemoryBlobStore;

/// Ingests the whole archive as self-play does: all formats, through the real parser.
class SpiceArchiveIngestTest {
    @TempDir
    static Path archive;

    private static Map<String, List<Passage>> training;
    private static Map<String, List<Passage>> heldOut;

    @BeforeAll
    static void writeAndIngest() {
        SpiceArchive.write(archive.resolve("archive"), new Seed(1));
        training = ingest(SpiceArchive.TRAINING);
        heldOut = ingest(SpiceArchive.HELD_OUT);
    }

    @Test
    void everyDocumentIsRead() {
        assertThat(training).hasSize(320);
        assertThat(heldOut).hasSize(40);
    }

    @Test
    void trainingDocumentsHoldTenToFourteenTrueLinesAndNoHeldOutPair() {
        assertThat(training)
                .allSatisfy((source, passages) -> assertThat(lines(passages))
                        .as(source)
                        .hasSizeBetween(10, 14)
                        .allMatch(line -> !OperandSplit.heldOut(line.left(), line.right()))
                        .allMatch(line -> line.result() == line.operation().apply(line.left(), line.right())));
    }

    @Test
    void everyTrainingDocumentOffersEveryLevelOnEachHalf() {
        assertThat(training).allSatisfy((source, passages) -> {
            List<LedgerLine> lines = lines(passages);
            // Pages are five to seven lines long.
            assertThat(lines.subList(0, 7))
                    .as(source)
                    .extracting(LedgerLine::level)
                    .contains(Level.values());
            assertThat(lines.subList(lines.size() - 7, lines.size()))
                    .as(source)
                    .extracting(LedgerLine::level)
                    .contains(Level.values());
        });
    }

    @Test
    void everyHeldOutQuestionStandsInItsDocumentWordForWord() throws IOException {
        Map<String, String> texts = heldOut.entrySet().stream()
                .flatMap(document -> document.getValue().stream())
                .collect(groupingBy(Passage::source, mapping(Passage::text, joining("\n"))));
        List<String> questions = Files.readAllLines(archive.resolve("archive").resolve(SpiceArchive.QUESTIONS));
        assertThat(questions).hasSize(360);
        for (String json : questions) {
            HeldOutQuestion question = new ObjectMapper().readValue(json, HeldOutQuestion.class);
            String source = question.source().substring(SpiceArchive.HELD_OUT.length() + 1);
            assertThat(texts.get(source)).contains(question.task().quotes().getFirst());
        }
    }

    private static Map<String, List<Passage>> ingest(String part) {
        InMemoryBlobStore store = new InMemoryBlobStore();
        Ingested corpus = Ingest.ingest(
                FolderSource.below(archive.resolve("archive"), part),
                IngestSettings.of("words", 5992),
                2,
                text -> text.split("\\s+").length,
                store,
                IngestProgress.NONE);
        assertThat(corpus.manifest().refused()).isEmpty();
        return new CorpusReader(store, corpus.manifest()).passages().stream().collect(groupingBy(Passage::source));
    }

    private static List<LedgerLine> lines(List<Passage> passages) {
        return passages.stream()
                .flatMap(passage -> LedgerLine.findAll(passage.text()).stream())
                .toList();
    }
}
