/// A run in figures, for other programs: lines of `metrics.jsonl`, an MLflow server.
@NullMarked
package spice.tracking;

import org.jspecify.annotations.NullMarked;
