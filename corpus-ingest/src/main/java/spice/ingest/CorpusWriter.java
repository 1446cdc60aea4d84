package spice.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import spice.domain.Passage;
import spice.ingest.CorpusManifest.Shard;
import spice.ingest.CorpusManifest.Source;
import spice.ingest.CorpusManifest.Totals;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.FileSource.SourceFile;

/// Joins the results of single files to a corpus: gives passages their source, drops those with a text that came
/// before, and fills shards. Keeps one passage at a time in memory, and the digests of all.
final class CorpusWriter implements AutoCloseable {
    private final BlobStore store;
    private final IngestSettings settings;
    private final Path folder;
    private final Set<String> seen = new HashSet<>();
    private final List<Shard> shards = new ArrayList<>();
    private ZstdLines.@Nullable Writer shard;
    private int inShard;
    private int duplicates;
    private long tokens;
    private long badLines;

    CorpusWriter(BlobStore store, IngestSettings settings, Path folder) {
        this.store = store;
        this.settings = settings;
        this.folder = folder;
    }

    /// Adds the file with its passages to the sources, or to the refused files.
    void add(SourceFile file, String sha256, BlobRef result, List<Source> sources, List<RefusedFile> refused)
            throws IOException {
        Path copy = folder.resolve("result");
        store.copyTo(result, copy);
        try (MappingIterator<FileResult> heads = ZstdLines.read(Files.newInputStream(copy), FileResult.class)) {
            FileResult head = heads.next();
            badLines += head.badLineCount();
            if (head.refusal().isPresent()) {
                refused.add(new RefusedFile(file.path(), head.refusal().get(), head.detail()));
            } else {
                String title = head.title().isEmpty() ? name(file.path()) : head.title();
                int kept = addPassages(file.path(), heads.getParser());
                int dropped = head.passages() - kept;
                duplicates += dropped;
                sources.add(new Source(
                        file.path(),
                        head.type(),
                        title,
                        head.language(),
                        sha256,
                        file.bytes(),
                        kept,
                        dropped,
                        head.cuts(),
                        head.badLineCount(),
                        head.badLines()));
            }
        } finally {
            Files.delete(copy);
        }
    }

    /// Returns the number of passages kept.
    private int addPassages(String path, JsonParser passages) throws IOException {
        int kept = 0;
        for (MappingIterator<Passage> rest =
                        ZstdLines.JSON.readerFor(Passage.class).readValues(passages);
                rest.hasNextValue(); ) {
            Passage passage = rest.nextValue();
            if (seen.add(passage.sha256())) {
                kept++;
                write(new Passage(
                        passage.sha256(),
                        path + passage.source(),
                        passage.index(),
                        passage.type(),
                        passage.title().isEmpty() ? name(path) : passage.title(),
                        passage.language(),
                        passage.text(),
                        passage.tokens()));
            }
        }
        return kept;
    }

    private void write(Passage passage) throws IOException {
        if (shard == null) {
            shard = new ZstdLines.Writer(folder.resolve("shard"));
        }
        shard.write(passage);
        tokens += passage.tokens();
        inShard++;
        if (inShard == settings.shardPassages()) {
            endShard();
        }
    }

    private void endShard() throws IOException {
        if (shard != null) {
            shard.close();
            shards.add(new Shard(store.put(folder.resolve("shard")), inShard));
            shard = null;
            inShard = 0;
        }
    }

    /// Ends the last shard and returns the manifest of the corpus.
    CorpusManifest manifest(int files, int hidden, List<Source> sources, List<RefusedFile> refused) throws IOException {
        endShard();
        int passages = shards.stream().mapToInt(Shard::passages).sum();
        Totals totals = new Totals(files, hidden, passages, duplicates, tokens, badLines);
        return new CorpusManifest(settings, totals, sources, refused, shards);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public void close() throws IOException {
        if (shard != null) {
            shard.close();
        }
    }
}
