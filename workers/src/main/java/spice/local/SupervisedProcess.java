package spice.local;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A process of the stack that is started again whenever it ends by itself. One that ends again and again as soon
/// as it is started is given up: its log says why.
final class SupervisedProcess {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORT_LIFE = Duration.ofSeconds(20);
    private static final int SHORT_LIVES = 3;

    private final ProcessPlan plan;
    private final Runnable changed;
    private final Consumer<String> say;
    private @Nullable Process process;
    private boolean stopping;

    /// @param changed is called whenever there is another process
    /// @param say takes a line for the user
    SupervisedProcess(ProcessPlan plan, Runnable changed, Consumer<String> say) {
        this.plan = plan;
        this.changed = changed;
        this.say = say;
    }

    String name() {
        return plan.name();
    }

    /// Starts the process. There is no watch over it yet: one that cannot even start up is its starter's affair.
    ///
    /// @throws UserError if it cannot be started at all
    Process start() {
        return launch().orElseThrow(
                        () -> new UserError("%s was stopped while it was being started".formatted(plan.name())));
    }

    /// Watches over the process from now on.
    void watch() {
        process()
                .ifPresent(
                        first -> Thread.ofVirtual().name("watch-" + plan.name()).start(() -> watch(first)));
    }

    private Optional<Process> launch() {
        synchronized (this) {
            if (stopping) {
                return Optional.empty();
            }
            try {
                process = plan.start();
            } catch (IOException e) {
                throw new UserError("%s cannot be started (%s)".formatted(plan.name(), e.getMessage()), e);
            }
        }
        changed.run();
        return process();
    }

    private void watch(Process first) {
        int shortLives = 0;
        for (Optional<Process> current = Optional.of(first); current.isPresent(); current = relaunch()) {
            long start = System.nanoTime();
            int exitCode = current.get().onExit().join().exitValue();
            if (isStopping()) {
                return;
            }
            shortLives = System.nanoTime() - start < SHORT_LIFE.toNanos() ? shortLives + 1 : 0;
            if (shortLives == SHORT_LIVES) {
                say.accept("%s ends as soon as it is started and is given up: %s. All it said: %s"
                        .formatted(plan.name(), plan.log().tail(), plan.log().path()));
                return;
            }
            say.accept("%s ended (exit code %d) and is started again".formatted(plan.name(), exitCode));
            if (shortLives > 0) {
                pause();
            }
        }
    }

    private Optional<Process> relaunch() {
        try {
            return launch();
        } catch (UserError e) {
            say.accept(e.getMessage());
            return Optional.empty();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /// The process as it is now, if it was ever started.
    synchronized Optional<Process> process() {
        return Optional.ofNullable(process);
    }

    /// From here on it is not started again.
    Optional<ProcessHandle> release() {
        synchronized (this) {
            stopping = true;
        }
        return process().map(Process::toHandle);
    }
}
