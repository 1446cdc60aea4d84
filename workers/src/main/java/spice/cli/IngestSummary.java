package spice.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import spice.ingest.CorpusManifest;
import spice.ingest.CorpusManifest.Source;
import spice.ingest.CorpusManifest.Totals;
import spice.ingest.FileRefusal;
import spice.ingest.Ingest.Ingested;
import spice.ingest.RefusedFile;

/// What `spice ingest` says at its end: what was read, and what was not, with the first reasons.
final class IngestSummary {
    private static final int SHOWN = 10;

    private IngestSummary() {}

    static String of(Ingested ingested) {
        CorpusManifest manifest = ingested.manifest();
        Totals totals = manifest.totals();
        StringBuilder text = new StringBuilder();
        text.append("%d files: %d read, %d refused, %d hidden; %d parsed now%n"
                .formatted(
                        totals.files(),
                        manifest.sources().size(),
                        manifest.refused().size(),
                        totals.hidden(),
                        ingested.parsed()));
        text.append("%d passages, %,d tokens, %d duplicates dropped%n"
                .formatted(totals.passages(), totals.tokens(), totals.duplicates()));
        refusedFiles(manifest.refused(), text);
        refusedLines(manifest, text);
        return text.append("manifest %s%n".formatted(ingested.ref().sha256())).toString();
    }

    private static void refusedFiles(List<RefusedFile> refused, StringBuilder text) {
        Map<FileRefusal, Long> reasons = refused.stream()
                .collect(Collectors.groupingBy(RefusedFile::reason, TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, count) -> text.append("refused %s: %d%n".formatted(reason, count)));
        refused.stream().limit(SHOWN).forEach(file -> text.append("  %s: %s%n".formatted(file.path(), file.detail())));
    }

    private static void refusedLines(CorpusManifest manifest, StringBuilder text) {
        long refused = manifest.totals().badLines();
        if (refused == 0) {
            return;
        }
        text.append("refused JSON lines: %,d%n".formatted(refused));
        manifest.sources().stream()
                .flatMap(source -> source.badLines().stream()
                        .map(line -> "  %s line %d: %s%n".formatted(source.path(), line.number(), line.reason())))
                .limit(SHOWN)
                .forEach(text::append);
        if (manifest.sources().stream().anyMatch(IngestSummary::lacksTheField)
                || manifest.refused().stream().anyMatch(file -> file.reason() == FileRefusal.NO_VALID_LINE)) {
            text.append("Text in another field than %s is read with --text-field, and by a run with textField.%n"
                    .formatted(manifest.settings().textField()));
        }
    }

    private static boolean lacksTheField(Source source) {
        return source.badLines().stream().anyMatch(line -> line.reason().startsWith("no text in the field"));
    }
}
