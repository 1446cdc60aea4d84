package spice.workers;

import java.util.Locale;
import spice.workflows.IterationMetrics;
import spice.workflows.IterationReport;
import spice.workflows.RunProgress;

/// One iteration in one line.
final class ProgressLine {
    private ProgressLine() {}

    static String of(RunProgress progress, IterationReport report) {
        IterationMetrics metrics = report.metrics();
        return String.format(
                Locale.ROOT,
                "iteration %3d/%d · pass rate %.2f · valid %.2f · Challenger reward %5.2f · %s · %s left",
                report.number(),
                progress.lastIteration(),
                metrics.passRate(),
                metrics.validShare(),
                metrics.challengerReward(),
                speed(metrics),
                time(progress.secondsLeft()));
    }

    /// Shards that were in the store already take no time and tell nothing of speed.
    private static String speed(IterationMetrics metrics) {
        return metrics.sampledTokens() == 0
                ? "found in store"
                : String.format(Locale.ROOT, "%,.0f tokens/s", metrics.sampledTokens() / metrics.samplingSeconds());
    }

    static String time(double seconds) {
        return seconds < 100
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : String.format(Locale.ROOT, "%.0f min", seconds / 60);
    }
}
