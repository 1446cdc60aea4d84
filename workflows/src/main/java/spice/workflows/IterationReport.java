package spice.workflows;

/// The outcome of one iteration.
public record IterationReport(int number, CheckpointRef checkpoint, IterationMetrics metrics, TrainMetrics training) {}
