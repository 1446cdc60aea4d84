package spice.activities;

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
import spice.workflows.Failure;

/// The heartbeats of a worker process: how long its steps may stand still, and how all of them end when the worker
/// is stopped.
public final class Heartbeats {
    /// Of all pieces of work between two signs of progress, the longest are a file of a large model on its way from
    /// the store and a micro-batch of long sequences: a minute or two.
    public static final Duration PATIENCE = Duration.ofMinutes(10);
    /// The type of the failure by which a stopped worker gives a step back. It never ends a run.
    static final String WORKER_STOPS = "WORKER_STOPS";

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    /// How often the server is asked whether a step is still wanted. By itself the SDK asks every 0.8 heartbeat
    /// timeouts, and hears as late of a cancellation.
    private static final Duration ASK = Duration.ofSeconds(1);
    /// So often a step is tried again that stood still, or whose job failed, before a person is asked.
    private static final int TRIES = 2;
    /// By then the slot is free, here or elsewhere.
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

    /// @param server is told of a step whose thread cannot tell itself
    /// @param patience how long a step may go on without a sign of progress
    /// @param endProcess called when a step that stood still cannot be ended otherwise; does not return
    public Heartbeats(ActivityCompletionClient server, Duration patience, Runnable endProcess) {
        this.server = server;
        this.patience = patience;
        this.endProcess = endProcess;
    }

    /// What a worker whose steps beat is started with.
    public static WorkerOptions.Builder options() {
        return WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(ASK)
                .setDefaultHeartbeatThrottleInterval(ASK)
                .setAllowActivityHeartbeatDuringShutdown(true);
    }

    /// Beats for the activity that this thread runs.
    Heartbeat start() {
        return new Heartbeat(this, Activity.getExecutionContext(), patience);
    }

    void begun(Heartbeat step) {
        underWay.add(step);
    }

    void ended(Heartbeat step) {
        underWay.remove(step);
    }

    /// Steps that this worker is at.
    public int stepsUnderWay() {
        return underWay.size();
    }

    /// How long the step that has stood still longest has given no sign of progress; zero if none is under way.
    public Duration longestSilence() {
        return underWay.stream()
                .map(Heartbeat::silence)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// From here on every step ends before its next shard or gradient update, to be taken by another worker.
    public void drain() {
        stop.compareAndSet(Stop.NOT, Stop.BETWEEN_SHARDS);
    }

    /// From here on every step ends before its next decode step or micro-batch.
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

    /// The failure of a step that may have been bad luck the first times.
    static ApplicationFailure failure(Failure name, ActivityInfo step, String message) {
        return step.getAttempt() <= TRIES ? name.retryable(message) : name.because(message);
    }

    /// Tells the server that the step has failed, in place of the thread that should.
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
