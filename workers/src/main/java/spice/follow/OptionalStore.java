package spice.follow;

import java.util.Optional;
import spice.local.LocalSettings;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;

/// The store, for programs that show more if they can read it and work without it too.
public record OptionalStore(Optional<S3BlobStore> opened) implements AutoCloseable {
    public static final OptionalStore NONE = new OptionalStore(Optional.empty());

    public static OptionalStore open() {
        try {
            return new OptionalStore(
                    Optional.of(S3BlobStore.open(LocalSettings.ofThisProcess().s3())));
        } catch (StoreException e) {
            return NONE;
        }
    }

    public Optional<BlobStore> get() {
        return opened.map(BlobStore.class::cast);
    }

    @Override
    public void close() {
        opened.ifPresent(S3BlobStore::close);
    }
}
