package spice.store.s3;

import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;

/// The double that other tests use keeps to the contract of the real store.
class InMemoryBlobStoreTest extends BlobStoreContract {
    private final InMemoryBlobStore store = new InMemoryBlobStore();

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    long differentResults() {
        return store.differentResults();
    }
}
