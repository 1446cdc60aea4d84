package spice.training;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Decides when a training step writes a snapshot: so rarely that snapshots take at most their share of the step's
/// time. A step shorter than the first interval writes none.
public final class SnapshotPace {
    /// Largest share of a step's time that snapshots take.
    private static final double SHARE = 0.05;
    /// Shortest time between two snapshots: repeating less work than this is quicker than restarting a process.
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private final double share;
    private final long shortest;
    private final long begun;
    private long last;
    private long cost;
    private long spent;
    private int taken;

    /// @param nanos a clock in nanoseconds
    /// @param share of the time that snapshots may take, in (0, 1]
    /// @param shortest time between two of them
    /// @param cost guessed duration of a snapshot, until one was taken
    SnapshotPace(LongSupplier nanos, double share, Duration shortest, Duration cost) {
        this.nanos = nanos;
        this.share = share;
        this.shortest = shortest.toNanos();
        this.cost = cost.toNanos();
        this.begun = nanos.getAsLong();
        this.last = begun;
    }

    /// The pace of a worker's training steps.
    ///
    /// @param cost guessed duration of a snapshot
    public static SnapshotPace of(Duration cost) {
        return new SnapshotPace(System::nanoTime, SHARE, SHORTEST, cost);
    }

    /// Whether enough time has passed since the last snapshot, or since the start.
    boolean isDue() {
        long since = nanos.getAsLong() - last;
        return since >= shortest && since * share >= cost;
    }

    /// Whether the work since the last snapshot took longer than writing one. This suffices where that work would
    /// be lost for certain.
    boolean pays() {
        return nanos.getAsLong() - last > cost;
    }

    /// Writes a snapshot, and measures how long that takes.
    void take(Runnable snapshot) {
        long start = nanos.getAsLong();
        snapshot.run();
        last = nanos.getAsLong();
        cost = last - start;
        spent += cost;
        taken++;
    }

    @Override
    public String toString() {
        double seconds = (nanos.getAsLong() - begun) / 1e9;
        return "%.1f s, of which %d snapshots took %.2f s (%.1f %%)"
                .formatted(seconds, taken, spent / 1e9, 100 * spent / 1e9 / Math.max(seconds, 1e-9));
    }
}
