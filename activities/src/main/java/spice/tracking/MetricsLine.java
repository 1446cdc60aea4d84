package spice.tracking;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import spice.activities.CheckpointManifest;
import spice.activities.HeldOutAccuracy;
import spice.activities.IterationRecord;
import spice.workflows.CheckpointRef;
import spice.workflows.IterationMetrics;
import spice.workflows.IterationReport;
import spice.workflows.StepSeconds;
import spice.workflows.TrainMetrics;

/// A line of `metrics.jsonl`: a committed iteration, with all that is known of it by now. What is not known is
/// null.
///
/// @param lineage the run's
/// @param iteration of the lineage; the first line may be the checkpoint that it starts from
/// @param checkpoint its name in the store, such as `checkpoints/mine/2aead4c4ad53/00000010`
/// @param manifest its digest
/// @param committed when; absent where an older version committed
/// @param changes what the operator changed, that holds from this iteration on, a skipped iteration included
/// @param metrics of tasks and attempts; absent where the iteration was skipped
/// @param training of the gradient updates; absent likewise, and where an older version committed
/// @param seconds of each step
/// @param tokensPerSecond of both roles' sampling, where anything was sampled anew
/// @param trainedTokensPerSecond of the training step, where there was an update
/// @param heldOut accuracy, where the checkpoint was evaluated
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

    /// What Temporal knows of an iteration, for those who cannot read the store.
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

    /// That of a base, or of a checkpoint of before there were records.
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
