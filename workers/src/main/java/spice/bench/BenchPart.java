package spice.bench;

/// A part of the bench, which can be run alone.
public enum BenchPart {
    /// Gradient updates, compared with PyTorch.
    TRAIN,
    /// Sampling with log-probabilities, compared with PyTorch.
    SAMPLE,
    /// Ingest of documents, compared with Tika alone.
    INGEST,
    /// Where the time of an iteration goes.
    ITERATION
}
