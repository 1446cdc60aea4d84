package spice.store.cache;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.ContentReader;
import spice.store.StepKey;

/// A store whose files are cached on this machine's disk, so that a file that was fetched or stored here is not
/// fetched again. Only files are cached, that is, models and optimizers; small content that goes through memory is
/// not.
public final class CachedBlobStore implements BlobStore {
    private static final Logger log = LoggerFactory.getLogger(CachedBlobStore.class);

    private final BlobStore store;
    private final BlobCache cache;
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();

    /// Puts a cache in front of a store. The caller closes both.
    public CachedBlobStore(BlobStore store, BlobCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /// Stores the file and caches it. The caller must not change it afterwards: the cache links to the same file.
    @Override
    public BlobRef put(Path file) {
        BlobRef ref = store.put(file);
        cache.keep(ref, file);
        return ref;
    }

    /// Copies from the cache if it has an intact copy, else from the store. The caller may only read the file: the
    /// cache links to it.
    @Override
    public void copyTo(BlobRef ref, Path file) {
        if (cache.take(ref, file)) {
            hits.incrementAndGet();
        } else {
            misses.incrementAndGet();
            store.copyTo(ref, file);
            cache.keep(ref, file);
            log.info("fetched {} ({} bytes)", ref.sha256(), ref.bytes());
        }
    }

    /// Number of files that were found in the cache.
    public long hits() {
        return hits.get();
    }

    /// Number of files that had to be fetched.
    public long misses() {
        return misses.get();
    }

    @Override
    public BlobRef put(byte[] content) {
        return store.put(content);
    }

    @Override
    public byte[] get(BlobRef ref) {
        return store.get(ref);
    }

    @Override
    public <T> T read(BlobRef ref, ContentReader<T> reader) {
        return store.read(ref, reader);
    }

    @Override
    public Optional<BlobRef> find(StepKey key) {
        return store.find(key);
    }

    @Override
    public BlobRef commit(StepKey key, BlobRef result) {
        return store.commit(key, result);
    }

    @Override
    public boolean create(String name, byte[] content) {
        return store.create(name, content);
    }

    @Override
    public Optional<byte[]> read(String name) {
        return store.read(name);
    }

    @Override
    public List<String> list(String prefix) {
        return store.list(prefix);
    }
}
