/// A run's metrics for other programs: lines of `metrics.jsonl`, an MLflow server. Knows workflows, checkpoints,
/// evaluation.
@NullMarked
package spice.tracking;

import org.jspecify.annotations.NullMarked;
