package spice.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.github.luben.zstd.ZstdIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import spice.domain.Passage;
import spice.ingest.CorpusManifest.Shard;
import spice.store.BlobStore;

/// Reads the passages of a corpus by number, from 0, in the order of the manifest. Keeps the most recently used
/// shards in memory. Safe for use by many threads.
public final class CorpusReader {
    private static final int SHARDS_KEPT = 8;

    private final BlobStore store;
    private final List<Shard> shards;
    private final LinkedHashMap<Integer, List<Passage>> kept = LinkedHashMap.newLinkedHashMap(SHARDS_KEPT);

    public CorpusReader(BlobStore store, CorpusManifest manifest) {
        this.store = store;
        this.shards = manifest.shards();
    }

    /// Number of passages.
    public int size() {
        return shards.stream().mapToInt(Shard::passages).sum();
    }

    /// The passage of this number.
    ///
    /// @throws IndexOutOfBoundsException if the corpus has no such passage
    public Passage passage(int number) {
        Objects.checkIndex(number, size());
        int shard = 0;
        int index = number;
        while (index >= shards.get(shard).passages()) {
            index -= shards.get(shard).passages();
            shard++;
        }
        return shard(shard).get(index);
    }

    /// All passages.
    public List<Passage> passages() {
        List<Passage> passages = new ArrayList<>();
        for (Shard shard : shards) {
            passages.addAll(read(shard));
        }
        return passages;
    }

    private synchronized List<Passage> shard(int number) {
        List<Passage> passages = kept.remove(number);
        if (passages == null) {
            passages = read(shards.get(number));
        }
        kept.putLast(number, passages);
        if (kept.size() > SHARDS_KEPT) {
            kept.pollFirstEntry();
        }
        return passages;
    }

    private List<Passage> read(Shard shard) {
        return store.read(shard.blob(), content -> {
            try (MappingIterator<Passage> passages = ZstdLines.read(content, Passage.class)) {
                return List.copyOf(passages.readAll());
            } catch (JsonProcessingException | ZstdIOException e) {
                throw new UncheckedIOException(
                        "blob %s holds no passages".formatted(shard.blob().sha256()), e);
            }
        });
    }
}
