package spice.steps;

import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.runs.Failure;

/// The heartbeats of one worker process. It fails steps that stall, and ends all steps when the worker stops.
public final class WorkerHeartbeats {
    /// How long a step may show no progress. The longest work between two signs of progress, fetching a file of a
    /// large model or a micro-batch of long sequences, takes a minute or two.
    public static final Duration PATIENCE = Duration.ofMinutes(10);
    /// Type of the failure with which a stopping worker hands a step back. It never ends a run.
    static final String WORKER_STOPS = "WORKER_STOPS";

    private static final Logger log = LoggerFactory.getLogger(WorkerHeartbeats.class);
    /// How often the server is asked whether a step is still wanted. By default the SDK asks every 0.8 heartbeat
    /// timeouts, and so learns late of a cancellation.
    private static final Duration ASK = Duration.ofSeconds(1);
    /// How often a stalled step, or one whose job failed, is retried before a person is asked.
    private static final int TRIES = 2;
    /// Delay before a handed-over step is tried again: by then a slot is free, here or elsewhere.
    private static final Duration HANDED_OVER = Duration.ofMillis(200);

    private final ActivityCompletionClient server;
    private final Duration patience;
    private final Runnable endProcess;
    private final AtomicReference<Stop> stop = new AtomicReference<>(Stop.NOT);

    private final Set<Heartbeat> underWay = ConcurrentHashMap.newKeySet();

    private enum Stop {
        NOT,
        BETWEEN_SHARDS,
        AT_ONCE
    }

    /// @param server receives the failure of a step whose own thread hangs
    /// @param patience how long a step may show no progress
    /// @param endProcess ends the process when a stalled step cannot be interrupted; does not return
    public WorkerHeartbeats(ActivityCompletionClient server, Duration patience, Runnable endProcess) {
        this.server = server;
        this.patience = patience;
        this.endProcess = endProcess;
    }

    /// Options for a worker whose steps beat.
    public static WorkerOptions.Builder options() {
        return WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(ASK)
                .setDefaultHeartbeatThrottleInterval(ASK)
                .setAllowActivityHeartbeatDuringShutdown(true);
    }

    /// Starts the heartbeat of the activity on the calling thread.
    public Heartbeat start() {
        return new Heartbeat(this, Activity.getExecutionContext(), patience);
    }

    void begun(Heartbeat step) {
        underWay.add(step);
    }

    void ended(Heartbeat step) {
        underWay.remove(step);
    }

    /// Number of steps under way on this worker.
    public int stepsUnderWay() {
        return underWay.size();
    }

    /// The longest time without a sign of progress among the steps under way; zero if there are none.
    public Duration longestSilence() {
        return underWay.stream()
                .map(Heartbeat::silence)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// From now on every step ends before its next shard or gradient update, and another worker takes it over.
    public void drain() {
        stop.compareAndSet(Stop.NOT, Stop.BETWEEN_SHARDS);
    }

    /// From now on every step ends before its next decode step or micro-batch.
    public void breakOff() {
        stop.set(Stop.AT_ONCE);
    }

    boolean isStopping() {
        return stop.get() != Stop.NOT;
    }

    void checkBetweenShards() {
        if (isStopping()) {
            throw workerStops();
        }
    }

    void checkWithin() {
        if (stop.get() == Stop.AT_ONCE) {
            throw workerStops();
        }
    }

    private static ApplicationFailure workerStops() {
        return ApplicationFailure.newBuilder()
                .setMessage("the worker is shutting down; another one goes on from here")
                .setType(WORKER_STOPS)
                .setCategory(ApplicationErrorCategory.BENIGN)
                .setNextRetryDelay(HANDED_OVER)
                .build();
    }

    /// A failure that may be bad luck: retryable in the step's first two attempts, final after them.
    public static ApplicationFailure failure(Failure name, ActivityInfo step, String message) {
        return step.getAttempt() <= TRIES ? name.retryable(message) : name.because(message);
    }

    /// Reports a step's failure to the server in place of the step's own thread, which hangs.
    void failInPlaceOf(ActivityInfo step, String message) {
        ApplicationFailure failure = failure(Failure.NOT_ADVANCING, step, message);
        try {
            server.completeExceptionally(step.getTaskToken(), failure);
        } catch (RuntimeException e) {
            log.warn("the server was not told that {} does not advance", step.getActivityType(), e);
        }
    }

    void endProcess() {
        endProcess.run();
    }
}
