package spice.bench;

/// What can be measured.
public enum Part {
    /// Gradient updates, beside PyTorch.
    TRAIN,
    /// Sampling with log-probabilities, beside PyTorch.
    SAMPLE,
    /// Ingest of documents, beside Tika alone.
    INGEST,
    /// What an iteration spends its time on.
    ITERATION
}
