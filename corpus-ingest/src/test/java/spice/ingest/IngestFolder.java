package spice.ingest;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.nio.file.Path;
import java.util.TreeMap;
import spice.ingest.CorpusManifest.Source;
import spice.ingest.Ingest.Ingested;
import spice.store.InMemoryBlobStore;

/// Ingests folders into memory and prints the results: `IngestFolder ROOT NAME...`. The figures for the Debian
/// manuals in docs/LOG.md come from it.
final class IngestFolder {
    private IngestFolder() {}

    public static void main(String[] arguments) {
        Path root = Path.of(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            InMemoryBlobStore store = new InMemoryBlobStore();
            for (int run = 1; run <= 2; run++) {
                long start = System.nanoTime();
                Ingested corpus = Ingest.ingest(
                        FolderSource.below(root, arguments[i]),
                        // Four characters a token, a usual ratio for English.
                        IngestSettings.of("characters/4", 5992),
                        2,
                        text -> text.length() / 4,
                        store,
                        IngestProgress.NONE);
                double seconds = (System.nanoTime() - start) / 1e9;
                print("%s, run %d: %.1f s, %d parsed".formatted(arguments[i], run, seconds, corpus.parsed()), corpus);
            }
        }
    }

    private static void print(String heading, Ingested corpus) {
        CorpusManifest manifest = corpus.manifest();
        System.out.println(heading);
        System.out.printf(
                "  %s, %d read (%.1f MB), %d refused, %d shards of %.1f MB, manifest %s%n",
                manifest.totals(),
                manifest.sources().size(),
                manifest.sources().stream().mapToLong(Source::bytes).sum() / 1e6,
                manifest.refused().size(),
                manifest.shards().size(),
                manifest.shards().stream()
                                .mapToLong(shard -> shard.blob().bytes())
                                .sum()
                        / 1e6,
                corpus.ref().sha256());
        System.out.println("  refused: "
                + manifest.refused().stream()
                        .collect(groupingBy(
                                file -> file.reason() + " " + file.detail().replaceFirst(":.*", ""),
                                TreeMap::new,
                                counting())));
        System.out.println(
                "  read: " + manifest.sources().stream().collect(groupingBy(Source::type, TreeMap::new, counting())));
        System.out.println("  cut: "
                + manifest.sources().stream()
                        .filter(source -> !source.cuts().isEmpty())
                        .map(source -> source.path() + source.cuts())
                        .toList());
        System.out.println("  languages: "
                + manifest.sources().stream().collect(groupingBy(Source::language, TreeMap::new, counting())));
    }
}
