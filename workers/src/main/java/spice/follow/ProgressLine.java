package spice.follow;

import java.util.Locale;
import java.util.Optional;
import spice.runs.IterationMetrics;
import spice.runs.Rate;
import spice.tracking.MetricsLine;

/// One iteration in one line.
final class ProgressLine {
    private ProgressLine() {}

    static String of(RunEvent.Iterated iterated) {
        MetricsLine line = iterated.line();
        return "iteration %3d/%d · %s"
                .formatted(
                        line.iteration(),
                        iterated.lastIteration(),
                        line.metrics()
                                .map(metrics -> of(metrics, line.tokensPerSecond(), iterated.secondsLeft()))
                                .orElse("skipped"));
    }

    private static String of(IterationMetrics metrics, Optional<Double> tokensPerSecond, double secondsLeft) {
        return String.format(
                Locale.ROOT,
                "pass rate %4s · valid %.2f · Challenger reward %5s · %s · %s left",
                Rate.inWords(metrics.passRate()),
                metrics.validShare(),
                Rate.inWords(metrics.challengerReward()),
                // Shards that were in the store already took no time, and say nothing about speed.
                tokensPerSecond
                        .map(speed -> String.format(Locale.ROOT, "%,.0f tokens/s", speed))
                        .orElse("found in store"),
                time(secondsLeft));
    }

    static String time(double seconds) {
        return seconds < 100
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : String.format(Locale.ROOT, "%.0f min", seconds / 60);
    }
}
