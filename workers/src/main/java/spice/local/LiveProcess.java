package spice.local;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A process of the stack that runs: one that we have started, or one that a supervisor before us had, and that we
/// have adopted. The system says of our own children only with which code they ended, and leaves another's that
/// have ended in its table for as long as its first process likes: so an adopted one is looked at instead.
sealed interface LiveProcess {
    ProcessMark mark();

    boolean isAlive();

    /// Asks it to end.
    void stop();

    void kill();

    /// Waits until it has ended.
    ///
    /// @return whether it has within this time
    boolean awaitEnd(Duration patience) throws InterruptedException;

    /// How it ended, for the user.
    String ending();

    static LiveProcess started(Process process) {
        // One that has ended already has no mark; nobody will look for it.
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

    /// Another's child.
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
