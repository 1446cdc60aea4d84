package spice.archive;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.archive.Writing.Entries;
import spice.archive.Writing.Paragraph;
import spice.domain.Passage;
import spice.ingest.CorpusManifest;
import spice.ingest.CorpusReader;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.Ingest.Ingested;
import spice.ingest.IngestProgress;
import spice.ingest.IngestSettings;
import spice.ledger.LedgerLine;
import spice.ledger.Operation;
import spice.store.InMemoryBlobStore;

class WritingFormatTest {
    private static final List<LedgerLine> LINES = List.of(
            LedgerLine.of("saffron", 347, Operation.PLUS, 285),
            LedgerLine.of("clove", 5, Operation.MINUS, 5),
            LedgerLine.of("anise", 9999, Operation.PLUS, 9999),
            LedgerLine.of("pepper", 1000, Operation.MINUS, 1));

    private static final Writing LEDGER = new Writing(
            "Ledger of the Trieste counter, May 2019",
            "Émile Garnier",
            "Henrik Sørensen",
            LocalDate.of(2019, 5, 31),
            List.of(
                    new Paragraph(
                            "This book was kept at the Trieste counter by Émile Garnier. All amounts are in"
                                    + " kilograms, weighed with the large brass scale; what came in is added to the old stock."),
                    new Entries(LINES.subList(0, 2)),
                    new Paragraph(
                            "The next entries were made after the boat from Izmir < 100 & more had been unloaded."),
                    new Entries(LINES.subList(2, 4)),
                    new Paragraph("Signed at Trieste.")));

    @Test
    void oneLedgerComesOutOfAllEightFormatsAsTheSameLines(@TempDir Path folder) throws IOException {
        for (WritingFormat format : WritingFormat.ALL) {
            Files.write(folder.resolve("ledger." + format.extension()), format.render(LEDGER));
        }
        InMemoryBlobStore store = new InMemoryBlobStore();
        Ingested corpus = Ingest.ingest(
                FolderSource.below(folder, "."),
                IngestSettings.of("characters", 4000),
                2,
                String::length,
                store,
                IngestProgress.NONE);
        assertThat(corpus.manifest().refused()).isEmpty();
        Map<String, String> texts = new CorpusReader(store, corpus.manifest())
                .passages().stream().collect(groupingBy(Passage::source, mapping(Passage::text, joining("\n"))));
        assertThat(texts).hasSize(8).allSatisfy((source, text) -> {
            assertThat(LedgerLine.findAll(text)).as(source).isEqualTo(LINES);
            // A Challenger quotes word for word, so words from table cells must form a line as well.
            assertThat(text.lines().map(line -> line.replaceFirst("^- ", "")))
                    .as(source)
                    .contains("saffron 347 plus 285 is 632", "anise 9999 plus 9999 is 19998");
            assertThat(text).as(source).contains("Izmir < 100 & more");
        });
        assertThat(corpus.manifest().sources())
                .extracting(CorpusManifest.Source::type)
                .containsExactlyInAnyOrder(
                        "application/pdf",
                        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        "text/html",
                        "application/epub+zip",
                        "message/rfc822",
                        "text/markdown",
                        "text/plain");
        assertThat(corpus.manifest().sources())
                .filteredOn(source -> !source.path().matches(".*\\.(md|txt)"))
                .extracting(CorpusManifest.Source::title)
                .containsOnly("Ledger of the Trieste counter, May 2019");
        assertThat(corpus.manifest().sources())
                .extracting(CorpusManifest.Source::language)
                .containsOnly("en");
    }
}
