package spice.local;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Names a process beyond doubt: the system gives a pid again, but not with the same start.
///
/// @param startedMillis when it was started, in milliseconds since 1970
record ProcessMark(long pid, long startedMillis) {
    /// The start is derived from the time since boot, and so moves a little when the clock is set.
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    static ProcessMark of(ProcessHandle process) {
        return new ProcessMark(process.pid(), started(process));
    }

    /// The process, if it is still alive.
    Optional<ProcessHandle> find() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> Math.abs(started(process) - startedMillis) <= TOLERANCE.toMillis());
    }

    private static long started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
