package spice.processes;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A running process of the stack: our own child, or one that we adopted from an earlier supervisor. The system
/// reports the exit codes of our own children only, and an ended process of another parent may stay in its table
/// for any length of time: so an adopted process is polled instead.
public sealed interface LiveProcess {
    ProcessMark mark();

    boolean isAlive();

    /// Asks it to end.
    void stop();

    void kill();

    /// Waits until it has ended, at most for `patience`.
    ///
    /// @return whether it has ended
    boolean awaitEnd(Duration patience) throws InterruptedException;

    /// How it ended, for the user.
    String ending();

    static LiveProcess started(Process process) {
        // A process that has already ended has no mark; nobody will look for it.
        ProcessMark mark = ProcessMark.of(process.pid()).orElseGet(() -> new ProcessMark(process.pid(), "", 0));
        return new Started(process, mark);
    }

    static LiveProcess adopted(ProcessMark mark) {
        return new Adopted(mark);
    }

    /// Our own child.
    record Started(Process process, ProcessMark mark) implements LiveProcess {
        @Override
        public boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public void stop() {
            process.destroy();
        }

        @Override
        public void kill() {
            process.destroyForcibly();
        }

        @Override
        public boolean awaitEnd(Duration patience) throws InterruptedException {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public String ending() {
            return "exit code %d".formatted(process.exitValue());
        }
    }

    /// A process that another supervisor started.
    record Adopted(ProcessMark mark) implements LiveProcess {
        private static final Duration LOOK = Duration.ofMillis(100);

        @Override
        public boolean isAlive() {
            return handle().isPresent();
        }

        @Override
        public void stop() {
            handle().ifPresent(ProcessHandle::destroy);
        }

        @Override
        public void kill() {
            handle().ifPresent(ProcessHandle::destroyForcibly);
        }

        private Optional<ProcessHandle> handle() {
            return mark.find();
        }

        @Override
        public boolean awaitEnd(Duration patience) throws InterruptedException {
            long start = System.nanoTime();
            while (isAlive()) {
                if (System.nanoTime() - start > patience.toNanos()) {
                    return false;
                }
                Thread.sleep(LOOK);
            }
            return true;
        }

        @Override
        public String ending() {
            return "exit code unknown, since another program had started it";
        }
    }
}
