package spice.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// A store of immutable blobs, step results and named records. All writes are create-only, and a reader gets either
/// exactly what a writer finished or an exception. Safe for use by many threads and processes.
///
/// Every method throws [StoreException] if the store cannot be reached or its content is missing or damaged.
public interface BlobStore {

    /// Stores these bytes under their SHA-256; does nothing if the store has them.
    BlobRef put(byte[] content);

    /// Stores a file under its SHA-256, streamed.
    BlobRef put(Path file);

    /// As [#put(Path)], and tells how far it is where the store is not at hand.
    ///
    /// @param done takes the bytes done of twice the file's: each is read for the digest and then sent. What the
    ///     store has already is not sent.
    default BlobRef put(Path file, LongConsumer done) {
        return put(file);
    }

    /// The bytes of a small blob, checked against the reference's digest and length.
    byte[] get(BlobRef ref);

    /// Passes the content to a reader as it arrives. What the reader gives counts only if the whole content fits
    /// the reference's digest and length.
    <T> T read(BlobRef ref, ContentReader<T> reader);

    /// Writes the blob to this file, checked against digest and length. The file appears whole or not at all.
    void copyTo(BlobRef ref, Path file);

    /// The committed result of a step, if there is one.
    Optional<BlobRef> find(StepKey key);

    /// Commits a step's result. The first writer wins, and its result is returned. A later different result is
    /// counted and logged: a step should give the same result for the same inputs.
    BlobRef commit(StepKey key, BlobRef result);

    /// Creates a small named record, such as a manifest. If the name is taken, returns false and changes nothing.
    ///
    /// @param name segments of letters, digits, `.`, `_` and `-`, joined by `/`; no name is a folder of another
    boolean create(String name, byte[] content);

    /// The record of this name, if there is one.
    Optional<byte[]> read(String name);

    /// Names of records below a prefix that ends in `/`, in ascending order. Only for display: a step finds what it
    /// reads through a manifest.
    List<String> list(String prefix);
}
