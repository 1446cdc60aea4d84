package spice.workers;

import java.util.Optional;
import spice.local.LocalSettings;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;

/// The store, for programs that show more where they can read it and do without where they cannot.
record OptionalStore(Optional<S3BlobStore> opened) implements AutoCloseable {
    static final OptionalStore NONE = new OptionalStore(Optional.empty());

    static OptionalStore open() {
        try {
            return new OptionalStore(Optional.of(
                    S3BlobStore.open(LocalSettings.from(System.getenv()).s3())));
        } catch (StoreException e) {
            return NONE;
        }
    }

    Optional<BlobStore> get() {
        return opened.map(BlobStore.class::cast);
    }

    @Override
    public void close() {
        opened.ifPresent(S3BlobStore::close);
    }
}
