package spice.ingest;

import static spice.domain.Check.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.util.List;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// The outcome for every file of a source, and the shards with the passages. Contains neither time nor place: the
/// same files with the same settings give the same manifest anywhere.
///
/// @param sources files that gave passages, in ascending order of their paths
/// @param refused files that gave none, in ascending order of their paths
/// @param shards the passages in the order of the sources
public record CorpusManifest(
        IngestSettings settings, Totals totals, List<Source> sources, List<RefusedFile> refused, List<Shard> shards) {
    public CorpusManifest {
        sources = List.copyOf(sources);
        refused = List.copyOf(refused);
        shards = List.copyOf(shards);
        require(
                totals.files() == sources.size() + refused.size() + totals.hidden(),
                "%d files were seen, but %d read, %d refused and %d hidden",
                totals.files(),
                sources.size(),
                refused.size(),
                totals.hidden());
    }

    /// Counts over the whole corpus.
    ///
    /// @param files all files: read, refused and hidden
    /// @param hidden files and folders ignored because their name starts with a dot
    /// @param passages kept
    /// @param duplicates passages dropped because an earlier passage has the same text
    /// @param tokens length of the passages kept
    /// @param badLines JSON lines that were refused, also in files that were; manifests before this count say 0
    public record Totals(int files, int hidden, int passages, int duplicates, long tokens, long badLines) {}

    /// A file that was read.
    ///
    /// @param path below the source
    /// @param type media type as Tika found it
    /// @param title the document's title, or its file name
    /// @param language ISO 639 code, `und` where it is not certain, `mul` where JSON lines differ
    /// @param sha256 of the file
    /// @param passages of this file that were kept
    /// @param duplicates passages of this file that were dropped
    /// @param cuts why only a part of the text was taken, in alphabetical order; empty if all of it was
    /// @param badLineCount JSON lines that were refused
    /// @param badLines the first of them
    public record Source(
            String path,
            String type,
            String title,
            String language,
            String sha256,
            long bytes,
            int passages,
            int duplicates,
            List<Cut> cuts,
            int badLineCount,
            List<BadLine> badLines) {
        public Source {
            cuts = List.copyOf(cuts);
            badLines = List.copyOf(badLines);
        }
    }

    /// A blob of passages as JSON lines, compressed with zstd.
    public record Shard(BlobRef blob, int passages) {}

    /// Reads the manifest in this blob.
    public static CorpusManifest read(BlobStore store, BlobRef ref) {
        return store.read(ref, content -> {
            try {
                return ZstdLines.JSON.readValue(content, CorpusManifest.class);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException("blob %s is no corpus manifest".formatted(ref.sha256()), e);
            }
        });
    }
}
