package spice.processes;

import java.time.Duration;
import java.util.Collection;

/// Ends processes: asks each to end, and kills those that have not ended after the grace.
public final class Stopping {
    /// A killed process ends once its last system call returns, which takes a while if a disk hangs.
    private static final Duration DEATH = Duration.ofSeconds(30);

    private Stopping() {}

    public static void stop(Collection<LiveProcess> processes, Duration grace) {
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
