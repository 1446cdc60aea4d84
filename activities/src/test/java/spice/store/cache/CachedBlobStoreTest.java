package spice.store.cache;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import spice.store.BlobStore;
import spice.store.BlobStoreContract;
import spice.store.InMemoryBlobStore;

/// A store behind a cache keeps to the contract of a store.
class CachedBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path cacheFolder;

    private final InMemoryBlobStore far = new InMemoryBlobStore();
    private BlobCache cache;

    @BeforeEach
    void open() {
        cache = BlobCache.open(cacheFolder, 1 << 20, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @Override
    protected BlobStore store() {
        return new CachedBlobStore(far, cache);
    }

    @Override
    protected long differentResults() {
        return far.differentResults();
    }
}
