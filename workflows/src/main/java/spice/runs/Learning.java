package spice.runs;

import java.util.Optional;

/// What a run's own iterations have shown of its policy: whether it learns, and when it last posed well.
///
/// @param iterations finished, without those that were skipped
/// @param updates gradient updates that they took
/// @param sound the last iteration with a share of valid tasks of at least half the best; empty before a valid task
public record Learning(int iterations, long updates, Optional<Sound> sound) {
    private static final double OF_BEST = 0.5;

    static final Learning NOTHING = new Learning(0, 0, Optional.empty());

    /// An iteration that posed well.
    ///
    /// @param validShare of its tasks
    /// @param best valid share of the run until then
    /// @param updates of the run before this iteration's own
    /// @param training what it learned, after it had posed
    public record Sound(int iteration, double validShare, double best, long updates, TrainMetrics training) {}

    Learning after(IterationReport report) {
        double share = report.metrics().validShare();
        double best = Math.max(share, sound.map(Sound::best).orElse(0.0));
        Optional<Sound> posedWell = share > 0 && share >= OF_BEST * best
                ? Optional.of(new Sound(report.number(), share, best, updates, report.training()))
                : sound;
        return new Learning(iterations + 1, updates + report.training().updates(), posedWell);
    }
}
