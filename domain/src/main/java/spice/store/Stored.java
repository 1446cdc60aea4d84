package spice.store;

import java.time.Instant;

/// One object of a store, as a listing shows it.
///
/// @param key under which it lies
/// @param written when it was last written, by the store's own clock
public record Stored(String key, Content content, long bytes, Instant written) {

    /// What an object holds.
    public sealed interface Content {}

    /// A blob.
    ///
    /// @param sha256 that its bytes should have
    public record Blob(String sha256) implements Content {}

    /// The committed result of a step.
    public record Step(StepKey step) implements Content {}

    /// A small named record.
    public record Named(String name) implements Content {}

    /// What a server that was killed left of an object that it had not finished.
    public record Leftover() implements Content {}

    /// Parts of a large object, which nobody has put together: they are being sent, or who sent them was killed.
    ///
    /// @param upload its name on the server
    public record Unfinished(String upload) implements Content {}
}
