package spice.local;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import spice.processes.LiveProcess;
import spice.processes.ProcessPlan;
import spice.program.UserError;

/// A process of the stack that is restarted whenever it ends by itself: at once after a long life, and after ever
/// longer pauses if it repeatedly ends soon after its start. Restarting never stops, since the obstacle may pass,
/// such as a full disk.
final class SupervisedProcess {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration SHORT_LIFE = Duration.ofSeconds(20);

    /// The user is told of this many short lives in a row, and then nothing more until the process lives longer.
    private static final int SHORT_LIVES = 3;

    private static final Duration EVER = Duration.ofDays(1);

    private final ProcessPlan plan;
    private final Runnable changed;
    private final Consumer<String> say;
    private @Nullable LiveProcess process;
    private String identity = "";
    private boolean stopping;
    private long starts;

    /// @param changed called after each start, restart and adoption of a process
    /// @param say takes lines for the user
    SupervisedProcess(ProcessPlan plan, Runnable changed, Consumer<String> say) {
        this.plan = plan;
        this.changed = changed;
        this.say = say;
    }

    /// Starts the process without supervision: until [#watch], its starter handles a failure to start up.
    ///
    /// @throws UserError if the process cannot be started, or was stopped meanwhile
    void start() {
        try {
            plan.log().begin();
            if (launch().isEmpty()) {
                throw new UserError("%s was stopped while it was being started".formatted(plan.name()));
            }
        } catch (IOException e) {
            throw new UserError("%s cannot be started (%s)".formatted(plan.name(), e.getMessage()), e);
        }
    }

    /// Takes over a running process of the same plan.
    void adopt(LiveProcess running) {
        synchronized (this) {
            process = running;
            identity = plan.identity();
        }
        changed.run();
    }

    /// Supervises the process from now on, on a thread of its own.
    void watch() {
        process()
                .ifPresent(
                        first -> Thread.ofVirtual().name("watch-" + plan.name()).start(() -> watch(first)));
    }

    private Optional<LiveProcess> launch() throws IOException {
        synchronized (this) {
            if (stopping) {
                return Optional.empty();
            }
            // Taken before the start: if the program is rebuilt in between, the process is replaced once too often.
            identity = plan.identity();
            process = LiveProcess.started(plan.start());
            starts++;
        }
        changed.run();
        return process();
    }

    private void watch(LiveProcess first) {
        try {
            int shortLives = 0;
            long start = System.nanoTime();
            String ending = live(first, shortLives);
            while (!isStopping()) {
                shortLives = System.nanoTime() - start < SHORT_LIFE.toNanos() ? shortLives + 1 : 0;
                tell(ending, shortLives);
                Thread.sleep(pause(shortLives));
                start = System.nanoTime();
                ending = liveAgain(shortLives);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for the process to end.
    ///
    /// @return how it ended, in words
    private String live(LiveProcess current, int shortLives) throws InterruptedException {
        if (!current.awaitEnd(SHORT_LIFE) && shortLives >= SHORT_LIVES) {
            say.accept("%s runs again".formatted(plan.name()));
        }
        while (!current.awaitEnd(EVER)) {}
        return current.ending();
    }

    private String liveAgain(int shortLives) throws InterruptedException {
        try {
            Optional<LiveProcess> next = launch();
            return next.isPresent() ? live(next.get(), shortLives) : "it was stopped";
        } catch (IOException e) {
            return "it cannot be started: %s".formatted(e.getMessage());
        }
    }

    private void tell(String ending, int shortLives) {
        if (shortLives < SHORT_LIVES) {
            say.accept("%s ended (%s) and is started again".formatted(plan.name(), ending));
        } else if (shortLives == SHORT_LIVES) {
            say.accept(
                    "%s ends as soon as it is started (%s): %s. It is tried again at ever longer intervals, up to %d s. All it said: %s"
                            .formatted(
                                    plan.name(),
                                    ending,
                                    plan.log().tail(),
                                    LONGEST_PAUSE.toSeconds(),
                                    plan.log().path()));
        }
    }

    /// How long to wait before a process with this many short lives in a row is restarted.
    static Duration pause(int shortLives) {
        if (shortLives == 0) {
            return Duration.ZERO;
        }
        // No overflow: 2^6 seconds are more than the longest pause.
        Duration doubled = SHORTEST_PAUSE.multipliedBy(1L << Math.min(shortLives - 1, 6));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    String name() {
        return plan.name();
    }

    /// How often this supervisor has started the process.
    synchronized long starts() {
        return starts;
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /// The current process; empty if it was never started.
    synchronized Optional<LiveProcess> process() {
        return Optional.ofNullable(process);
    }

    /// The process as the stack's state file records it.
    synchronized Optional<StackState.Running> running() {
        return process().map(live -> new StackState.Running(plan.name(), live.mark(), identity));
    }

    /// Ends the supervision: the process is not restarted any more.
    ///
    /// @return the current process, for the caller to stop
    Optional<LiveProcess> release() {
        synchronized (this) {
            stopping = true;
        }
        return process();
    }
}
