package spice.tracking;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.Checkpoints;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.workflows.CheckpointActivities;

/// Keeps an MLflow server up to date, from its own thread and from the store alone, so that no step waits for the
/// server or fails because of it. After an outage the server gets what it missed. A lineage is synchronized after
/// each commit; once a minute while its run goes on, for its end and for late evaluations; and once when the worker
/// starts, for what an earlier worker left undone.
public final class MlflowTracker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MlflowTracker.class);
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /// Time for the last commits when the worker stops.
    private static final Duration LAST_CHANCE = Duration.ofSeconds(3);

    private final MlflowClient client;
    private final MlflowSync sync;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mlflow").factory());
    private final Map<String, ScheduledFuture<?>> looks = new HashMap<>();
    private boolean isFailing;

    private MlflowTracker(MlflowClient client, MlflowSync sync) {
        this.client = client;
        this.sync = sync;
    }

    /// Starts tracking, beginning with everything that the store holds already.
    ///
    /// @param address the store's address, for people
    /// @param status gives the status of a lineage's run; empty if it is unknown
    /// @param ended gives the reports of ended runs
    public static MlflowTracker start(
            MlflowSettings settings,
            BlobStore store,
            String address,
            Function<String, Optional<MlflowStatus>> status,
            EndedRuns ended,
            Clock clock) {
        log.info("runs are told to MLflow at {}", settings);
        MlflowClient client = new MlflowClient(settings);
        MlflowTracker tracker = new MlflowTracker(client, new MlflowSync(store, address, client, status, ended, clock));
        tracker.thread.execute(() -> tracker.begin(store));
        return tracker;
    }

    private void begin(BlobStore store) {
        try {
            new Checkpoints(store).lineages().forEach(this::changed);
        } catch (StoreException e) {
            // Runs that go on are synchronized after their next commit.
            log.warn("MLflow is not told of earlier runs: {}", e.getMessage());
        }
    }

    /// Synchronizes the lineage as soon as possible.
    synchronized void changed(String lineage) {
        look(lineage, Duration.ZERO, 0);
    }

    /// @param in how long from now
    /// @param failures how often in a row the lineage has failed
    private synchronized void look(String lineage, Duration in, int failures) {
        if (thread.isShutdown()) {
            return;
        }
        ScheduledFuture<?> planned = looks.remove(lineage);
        if (planned != null) {
            planned.cancel(false);
        }
        looks.put(lineage, thread.schedule(() -> look(lineage, failures), in.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void look(String lineage, int failures) {
        synchronized (this) {
            looks.remove(lineage);
        }
        try {
            boolean goesOn = sync.catchUp(lineage);
            worked();
            if (goesOn) {
                later(lineage, LOOK_AGAIN, 0);
            }
        } catch (MlflowException | StoreException e) {
            failed(e);
            later(lineage, pause(failures), failures + 1);
        } catch (RuntimeException e) {
            log.error("MLflow is not told of {}", lineage, e);
        }
    }

    /// Looks at the lineage again, unless a change has planned that already.
    private synchronized void later(String lineage, Duration in, int failures) {
        if (!looks.containsKey(lineage)) {
            look(lineage, in, failures);
        }
    }

    static Duration pause(int failures) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 10));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private void worked() {
        if (isFailing) {
            isFailing = false;
            log.info("MLflow is up to date again");
        }
    }

    /// Logs the first failure of a series.
    private void failed(RuntimeException failure) {
        if (!isFailing) {
            isFailing = true;
            log.warn("MLflow is told later; runs go on: {}", failure.getMessage());
        }
    }

    /// Notices commits and the ends of runs by the results of their activities.
    public WorkerInterceptor interceptor() {
        return new WorkerInterceptorBase() {
            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                return new Noticing(next);
            }
        };
    }

    private final class Noticing extends ActivityInboundCallsInterceptorBase {
        private @Nullable String workflow;

        Noticing(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            workflow = context.getInfo().getWorkflowId();
            super.init(context);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            ActivityOutput output = super.execute(input);
            lineage(output.getResult()).ifPresent(MlflowTracker.this::changed);
            return output;
        }

        /// The lineage that the result concerns. The comparison is a run's last step, and the workflow id of a run
        /// is its lineage.
        private Optional<String> lineage(@Nullable Object result) {
            return switch (result) {
                case CheckpointRef checkpoint -> Optional.of(checkpoint.lineage());
                case CheckpointActivities.Skipped skipped ->
                    Optional.of(skipped.checkpoint().lineage());
                case Comparison _ -> Optional.ofNullable(workflow);
                case null, default -> Optional.empty();
            };
        }
    }

    /// Synchronizes the planned lineages once more, for at most [#LAST_CHANCE].
    @Override
    public void close() {
        List<String> due;
        synchronized (this) {
            due = new ArrayList<>(looks.keySet());
            due.forEach(this::changed);
            thread.shutdown();
        }
        try {
            if (!thread.awaitTermination(LAST_CHANCE.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
