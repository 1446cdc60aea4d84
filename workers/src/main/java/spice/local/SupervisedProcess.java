package spice.local;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A process of the stack that is started again whenever it ends by itself: at once after a long life, and after
/// ever longer pauses if it ends again and again as soon as it is started. It is never given up, since what keeps
/// it from running may pass, such as a full disk.
final class SupervisedProcess {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration SHORT_LIFE = Duration.ofSeconds(20);

    /// After so many short lives in a row it is worth a word, and no more until it lives.
    private static final int SHORT_LIVES = 3;

    private static final Duration EVER = Duration.ofDays(1);

    private final ProcessPlan plan;
    private final Runnable changed;
    private final Consumer<String> say;
    private @Nullable LiveProcess process;
    private String identity = "";
    private boolean stopping;
    private long starts;

    /// @param changed is called whenever there is another process
    /// @param say takes a line for the user
    SupervisedProcess(ProcessPlan plan, Runnable changed, Consumer<String> say) {
        this.plan = plan;
        this.changed = changed;
        this.say = say;
    }

    /// Starts the process. There is no watch over it yet: one that cannot even start up is its starter's affair.
    ///
    /// @throws UserError if it cannot be started at all
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

    /// Takes over a process that runs by the same plan.
    void adopt(LiveProcess running) {
        synchronized (this) {
            process = running;
            identity = plan.identity();
        }
        changed.run();
    }

    /// Watches over the process from now on.
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
            // Before the start: whoever builds anew in between gets a process that is replaced once too often.
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
    /// @return how it did
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

    /// Before a process is started again that has had so many short lives.
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

    /// How often it was started.
    synchronized long starts() {
        return starts;
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /// The process as it is now, if it was ever started.
    synchronized Optional<LiveProcess> process() {
        return Optional.ofNullable(process);
    }

    /// The process for the stack's file.
    synchronized Optional<StackState.Running> running() {
        return process().map(live -> new StackState.Running(plan.name(), live.mark(), identity));
    }

    /// From here on it is not started again.
    Optional<LiveProcess> release() {
        synchronized (this) {
            stopping = true;
        }
        return process();
    }
}
