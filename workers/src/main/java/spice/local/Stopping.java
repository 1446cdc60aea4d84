package spice.local;

import java.time.Duration;
import java.util.Collection;

/// Ends processes: first they are asked to, and those that have not ended after a while are killed.
final class Stopping {
    /// The system ends a killed process once its last call returns: from a disk that hangs, that may take a while.
    private static final Duration DEATH = Duration.ofSeconds(30);

    private Stopping() {}

    static void stop(Collection<LiveProcess> processes, Duration grace) {
        processes.forEach(LiveProcess::stop);
        try {
            long deadline = System.nanoTime() + grace.toNanos();
            for (LiveProcess process : processes) {
                process.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
            processes.forEach(LiveProcess::kill);
            for (LiveProcess process : processes) {
                process.awaitEnd(DEATH);
            }
        } catch (InterruptedException e) {
            processes.forEach(LiveProcess::kill);
            Thread.currentThread().interrupt();
        }
    }
}
