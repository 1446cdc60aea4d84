package spice.workflows;

import java.util.Optional;
import spice.store.BlobRef;

/// Scored attempts.
///
/// @param trajectories both roles' sequences with their advantages: what the trainer learns from
/// @param tasks every posed task with its verdicts and rewards: what people read
/// @param passages that were drawn, which the tasks name by their position; empty in what older versions have sent
public record Scored(BlobRef trajectories, BlobRef tasks, IterationMetrics metrics, Optional<BlobRef> passages) {}
