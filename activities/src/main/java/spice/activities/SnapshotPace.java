package spice.activities;

import java.time.Duration;
import java.util.function.LongSupplier;

/// When a training step writes a snapshot: so seldom that snapshots take at most their share of the step's time. A
/// step that is shorter than the first such interval writes none.
final class SnapshotPace {
    /// Of the step's time, spent on snapshots.
    private static final double SHARE = 0.05;
    /// Work of less than this is sooner repeated than a process is started again.
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private final double share;
    private final long shortest;
    private final long begun;
    private long last;
    private long cost;
    private long spent;
    private int taken;

    /// @param nanos a clock
    /// @param share of the time that snapshots may take, in (0, 1]
    /// @param shortest time between two of them
    /// @param cost what one is guessed to take, until one was taken
    SnapshotPace(LongSupplier nanos, double share, Duration shortest, Duration cost) {
        this.nanos = nanos;
        this.share = share;
        this.shortest = shortest.toNanos();
        this.cost = cost.toNanos();
        this.begun = nanos.getAsLong();
        this.last = begun;
    }

    /// The usual pace.
    static SnapshotPace of(Duration cost) {
        return new SnapshotPace(System::nanoTime, SHARE, SHORTEST, cost);
    }

    /// Whether enough was done since the last one, or since the beginning.
    boolean isDue() {
        long since = nanos.getAsLong() - last;
        return since >= shortest && since * share >= cost;
    }

    /// Whether what was done since the last one takes longer than to write one: enough where it is sure to be lost.
    boolean pays() {
        return nanos.getAsLong() - last > cost;
    }

    /// Takes one.
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
