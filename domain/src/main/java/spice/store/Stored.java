package spice.store;

import java.time.Instant;

/// One object of a store, as listed.
///
/// @param key under which it lies
/// @param written when it was last written, by the store's own clock
public record Stored(String key, Content content, long bytes, Instant written) {

    /// What an object holds.
    public sealed interface Content {}

    /// A blob.
    ///
    /// @param sha256 that its bytes must have
    public record Blob(String sha256) implements Content {}

    /// The committed result of a step.
    public record Step(StepKey step) implements Content {}

    /// A small named record.
    public record Named(String name) implements Content {}

    /// An unfinished object that a killed server left behind.
    public record Leftover() implements Content {}

    /// Parts of a large object that are not assembled yet: the upload goes on, or its sender was killed.
    ///
    /// @param upload the id of the upload on the server
    public record Unfinished(String upload) implements Content {}
}
