package spice.ingest;

/// Receives the progress of an ingest at least once a second, on the thread that called it. An exception from it
/// ends the ingest and its parser JVMs.
@FunctionalInterface
public interface IngestProgress {
    /// Ignores the progress.
    IngestProgress NONE = (stage, done, total) -> {};

    void at(Stage stage, int done, int total);

    /// The stages of an ingest, in this order. Each passes over all files.
    enum Stage {
        /// Digests the file.
        HASH,
        /// Parses the file, unless an earlier ingest did.
        PARSE,
        /// Writes the file's passages to shards.
        WRITE
    }
}
