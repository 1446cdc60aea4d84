package spice.steps;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.runs.StepWork;

/// Tells Temporal that an activity is alive. It beats on its own thread, because sampling and training can be
/// silent for longer than a heartbeat may be late. Its details name the current work, for people; the results are
/// in the store.
///
/// A living step may still hang. When a step shows no progress for the worker's patience, this thread fails it and
/// interrupts its threads. Native code ignores interrupts: if the step still runs five seconds later, the process
/// ends, and its supervisor starts a fresh one.
public final class Heartbeat implements StepProgress, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /// How long an interrupted step may take to end.
    private static final Duration LAST_CHANCE = Duration.ofSeconds(5);
    private static final int FRAMES = 12;

    private final WorkerHeartbeats worker;
    private final ActivityExecutionContext activity;
    private final Duration patience;
    private final ScheduledExecutorService side = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heartbeat").factory());
    private final AtomicReference<StepWork> work = new AtomicReference<>(StepWork.uncounted("starting"));
    private final AtomicReference<Pace> pace = new AtomicReference<>(new Pace("", 0, 0));
    private final AtomicReference<@Nullable RuntimeException> end = new AtomicReference<>();
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private volatile long moved = System.nanoTime();
    private volatile boolean over;
    private boolean givenUp;

    /// Where and when the count of a work began here.
    private record Pace(String what, long done, long since) {
        double secondsLeft(long nowDone, long total, long now) {
            return nowDone == done ? 0 : (now - since) / 1e9 / (nowDone - done) * (total - nowDone);
        }
    }

    /// Starts beating for an activity that runs on the calling thread.
    Heartbeat(WorkerHeartbeats worker, ActivityExecutionContext activity, Duration patience) {
        this.worker = worker;
        this.activity = activity;
        this.patience = patience;
        workers.add(Thread.currentThread());
        worker.begun(this);
        var _ = side.scheduleWithFixedDelay(this::tick, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void now(String what) {
        work.set(StepWork.uncounted(what));
        beat();
        worker.checkBetweenShards();
    }

    @Override
    public void now(String what, long done, long total, String unit) {
        long now = System.nanoTime();
        Pace begun = pace.updateAndGet(known -> known.what().equals(what) ? known : new Pace(what, done, now));
        work.set(new StepWork(what, done, total, unit, begun.secondsLeft(done, total, now)));
        beat();
        worker.checkBetweenShards();
    }

    /// @throws ActivityCompletionException if the activity was cancelled, timed out, or its workflow is gone:
    ///     nobody waits for its result any more
    @Override
    public void beat() {
        moved = System.nanoTime();
        workers.add(Thread.currentThread());
        checkWanted();
        worker.checkWithin();
    }

    @Override
    public void look() {
        checkWanted();
        worker.checkBetweenShards();
    }

    private void checkWanted() {
        RuntimeException ended = end.get();
        if (ended != null) {
            throw ended;
        }
    }

    @Override
    public boolean isStopping() {
        return worker.isStopping();
    }

    /// Time since the last sign of progress.
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - moved);
    }

    private void tick() {
        try {
            activity.heartbeat(work.get());
        } catch (ActivityCompletionException e) {
            end.set(e);
        } catch (RuntimeException e) {
            log.warn("a heartbeat could not be sent", e);
        }
        Duration still = silence();
        if (!over && !givenUp && still.compareTo(patience) > 0) {
            givenUp = true;
            giveUp(still);
        }
    }

    private void giveUp(Duration still) {
        String message = "%s (%s) has not advanced for %d s"
                .formatted(activity.getInfo().getActivityType(), work.get(), still.toSeconds());
        log.error("{}; its threads:\n{}", message, stacks());
        worker.failInPlaceOf(activity.getInfo(), message);
        end.compareAndSet(null, new IllegalStateException(message));
        workers.forEach(Thread::interrupt);
        var _ = side.schedule(
                () -> {
                    if (!over) {
                        log.error("{} cannot be interrupted; the process ends", work.get());
                        worker.endProcess();
                    }
                },
                LAST_CHANCE.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private String stacks() {
        return workers.stream()
                .map(thread -> thread.getName()
                        + Arrays.stream(thread.getStackTrace())
                                .limit(FRAMES)
                                .map(frame -> "\n    at " + frame)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        over = true;
        worker.ended(this);
        side.shutdown();
    }
}
