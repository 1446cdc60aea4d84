package spice.store.cache;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.StepKey;

/// A store whose files are also kept on this machine's disk: what was fetched or stored here once is not fetched
/// again. Files only, which is to say models and optimizers; what goes through memory is small, and passes by.
public final class CachedBlobStore implements BlobStore {
    private static final Logger log = LoggerFactory.getLogger(CachedBlobStore.class);

    private final BlobStore store;
    private final BlobCache cache;
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();

    /// Puts this cache in front of that store. Both stay the caller's to close.
    public CachedBlobStore(BlobStore store, BlobCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /// Stores the file and keeps it here too. It may not be changed afterwards: the cache holds the same file under
    /// another name.
    @Override
    public BlobRef put(Path file) {
        BlobRef ref = store.put(file);
        cache.keep(ref, file);
        return ref;
    }

    /// From the cache if it is there and what it should be, else from the store. The file may be read only: the
    /// cache holds it under another name.
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

    /// Files that were found in the cache.
    public long hits() {
        return hits.get();
    }

    /// Files that had to be fetched.
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
