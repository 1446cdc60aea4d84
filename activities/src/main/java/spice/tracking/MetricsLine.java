package spice.tracking;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.IterationRecord;
import spice.evaluation.HeldOutAccuracy;
import spice.runs.CheckpointRef;
import spice.runs.IterationMetrics;
import spice.runs.IterationReport;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;

/// A line of `metrics.jsonl`: a committed iteration with everything that is known about it by now. Absent values
/// are null in JSON.
///
/// @param lineage the run's lineage
/// @param iteration within the lineage; the first line may be the checkpoint that the lineage starts from
/// @param checkpoint its name in the store, such as `checkpoints/mine/2aead4c4ad53/00000010`
/// @param manifest SHA-256 of the checkpoint's manifest
/// @param committed time of the commit; absent if an older version committed
/// @param changes the operator's changes that hold from this iteration on, a skipped iteration included
/// @param metrics of tasks and attempts; absent if the iteration was skipped
/// @param training metrics of the gradient updates; absent if the iteration was skipped or an older version
///     committed
/// @param seconds duration of each step
/// @param tokensPerSecond sampled by both roles; absent if nothing was sampled
/// @param trainedTokensPerSecond of the training step; absent if there was no update
/// @param heldOut held-out accuracy; absent if the checkpoint was not evaluated
public record MetricsLine(
        String lineage,
        String branch,
        int iteration,
        String checkpoint,
        String manifest,
        Optional<Instant> committed,
        List<String> changes,
        Optional<IterationMetrics> metrics,
        Optional<TrainMetrics> training,
        Optional<StepSeconds> seconds,
        Optional<Double> tokensPerSecond,
        Optional<Double> trainedTokensPerSecond,
        Optional<HeldOutAccuracy> heldOut) {
    public MetricsLine {
        changes = List.copyOf(changes);
    }

    static MetricsLine of(
            String lineage, CheckpointRef checkpoint, IterationRecord record, Optional<HeldOutAccuracy> heldOut) {
        return new MetricsLine(
                lineage,
                checkpoint.branch(),
                checkpoint.iteration(),
                checkpoint.name(),
                checkpoint.manifest().sha256(),
                Optional.of(record.committed()),
                record.changes(),
                record.metrics(),
                record.training(),
                record.seconds(),
                record.metrics().flatMap(MetricsLine::tokensPerSecond),
                record.training().flatMap(MetricsLine::tokensPerSecond),
                heldOut);
    }

    /// The line that Temporal alone can give, for callers that cannot read the store.
    public static MetricsLine of(String lineage, IterationReport report) {
        return new MetricsLine(
                lineage,
                report.checkpoint().branch(),
                report.number(),
                report.checkpoint().name(),
                report.checkpoint().manifest().sha256(),
                Optional.empty(),
                List.of(),
                Optional.of(report.metrics()),
                Optional.of(report.training()),
                Optional.empty(),
                tokensPerSecond(report.metrics()),
                tokensPerSecond(report.training()),
                Optional.empty());
    }

    /// The line of a base, or of a checkpoint from before iteration records existed.
    static MetricsLine withoutRecord(
            String lineage, CheckpointRef checkpoint, CheckpointManifest manifest, Optional<HeldOutAccuracy> heldOut) {
        return new MetricsLine(
                lineage,
                checkpoint.branch(),
                checkpoint.iteration(),
                checkpoint.name(),
                checkpoint.manifest().sha256(),
                Optional.empty(),
                manifest.changes(),
                manifest.metrics(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                heldOut);
    }

    private static Optional<Double> tokensPerSecond(IterationMetrics metrics) {
        return perSecond(metrics.sampledTokens(), metrics.samplingSeconds());
    }

    private static Optional<Double> tokensPerSecond(TrainMetrics training) {
        return perSecond(training.tokens(), training.seconds());
    }

    private static Optional<Double> perSecond(long tokens, double seconds) {
        return tokens == 0 || seconds == 0 ? Optional.empty() : Optional.of(tokens / seconds);
    }
}
