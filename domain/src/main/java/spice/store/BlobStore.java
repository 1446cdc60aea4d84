package spice.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where large things are kept. All writes are create-only: nothing that was written is ever changed, and a
/// reader either gets exactly what a writer finished or an exception. Safe for use by many threads and processes.
///
/// Every method throws [StoreException] when the store cannot be reached or does not hold what it should.
public interface BlobStore {

    /// Stores these bytes under their SHA-256; does nothing if they are there.
    BlobRef put(byte[] content);

    /// Stores a file under its SHA-256, streamed.
    BlobRef put(Path file);

    /// The bytes, checked against the reference's digest and length.
    byte[] get(BlobRef ref);

    /// Writes the blob to this file, which appears whole or not at all, checked against digest and length.
    void copyTo(BlobRef ref, Path file);

    /// The committed result of a step, if there is one.
    Optional<BlobRef> find(StepKey key);

    /// Commits a step's result. The first writer wins; the winner is returned. An equal digest is success; a
    /// different one is counted and logged, since a step should give the same result for the same inputs.
    BlobRef commit(StepKey key, BlobRef result);

    /// Creates a small named record (a manifest), unless one of that name exists: then returns false and changes
    /// nothing.
    ///
    /// @param name segments of letters, digits, `.`, `_` and `-`, joined by `/`; no name is a folder of another
    boolean create(String name, byte[] content);

    /// The record of this name, if there is one.
    Optional<byte[]> read(String name);

    /// Names of records below a prefix that ends in `/`, in ascending order. Only for showing what there is: what
    /// a step reads, it reads by manifest.
    List<String> list(String prefix);
}
