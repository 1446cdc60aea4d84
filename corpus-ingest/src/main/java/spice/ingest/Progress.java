package spice.ingest;

/// Told how far an ingest is, at least once a second, by the thread that called it. What it throws ends the
/// ingest, whose parser JVMs are then shut down.
@FunctionalInterface
public interface Progress {
    /// Says nothing.
    Progress NONE = (stage, done, total) -> {};

    void at(Stage stage, int done, int total);

    /// What is being done with each file, in this order.
    enum Stage {
        /// Its digest is taken.
        HASH,
        /// It is parsed, unless that was done before.
        PARSE,
        /// Its passages are written to shards.
        WRITE
    }
}
