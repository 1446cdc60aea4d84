package spice.activities;

import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Tells Temporal that an activity is alive, from a thread of its own, because sampling and training are silent
/// for longer than a heartbeat may be late. It carries what is being worked on, for people; what is done is in
/// the store.
final class Heartbeat implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final ScheduledExecutorService side = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heartbeat").factory());
    private final AtomicReference<String> work = new AtomicReference<>("starting");
    private final AtomicReference<ActivityCompletionException> end = new AtomicReference<>();

    private Heartbeat() {}

    /// Beats for the activity that this thread runs.
    static Heartbeat start() {
        ActivityExecutionContext context = Activity.getExecutionContext();
        Heartbeat heartbeat = new Heartbeat();
        var _ = heartbeat.side.scheduleWithFixedDelay(
                () -> heartbeat.beat(context), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return heartbeat;
    }

    private void beat(ActivityExecutionContext context) {
        try {
            context.heartbeat(work.get());
        } catch (ActivityCompletionException e) {
            end.set(e);
        }
    }

    /// Says what is being worked on from here.
    ///
    /// @throws ActivityCompletionException if the activity was cancelled, timed out, or its workflow is gone:
    ///     whatever it would still do is nobody's business any more
    void now(String what) {
        work.set(what);
        ActivityCompletionException ended = end.get();
        if (ended != null) {
            throw ended;
        }
    }

    @Override
    public void close() {
        side.shutdown();
    }
}
