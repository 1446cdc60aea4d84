package spice.workflows;

import spice.store.BlobRef;

/// Scored attempts.
///
/// @param trajectories both roles' sequences with their advantages: what the trainer learns from
/// @param tasks every posed task with its verdicts and rewards: what people read
public record Scored(BlobRef trajectories, BlobRef tasks, IterationMetrics metrics) {}
