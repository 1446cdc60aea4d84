package spice.upkeep;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.CommitListener;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;

/// Retires beside a run what its `keepLast` and `keepEvery` no longer keep, so that no disk fills up without a
/// command. It is a garbage collection that retires only this lineage's checkpoints, after a commit, and not
/// after each one: what may go has been there for an hour. One that fails is logged, and the next commit tries
/// again.
public final class RunRetention implements CommitListener {
    private static final Logger log = LoggerFactory.getLogger(RunRetention.class);

    /// Shortest time between the end of a collection and the start of the next one.
    private static final Duration PAUSE = Duration.ofMinutes(10);
    /// A pause is at least this many times as long as the collection before it.
    private static final int SHARE = 20;

    private final Collector collector;
    private final Executor executor;
    private final Clock clock;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Instant next = Instant.MIN;

    /// @param executor takes a collection off the commit's hands
    public RunRetention(Collector collector, Executor executor, Clock clock) {
        this.collector = collector;
        this.executor = executor;
        this.clock = clock;
    }

    /// Collects garbage as [GarbageCollection#runFor] does.
    public interface Collector {
        /// Retires what this rule does not keep of the lineage.
        GarbageCollection.Outcome collect(String lineage, Retention rule);
    }

    @Override
    public void committed(CheckpointRef checkpoint, RunSettings settings) {
        if (settings.keepLast() == 0 || clock.instant().isBefore(next) || !busy.compareAndSet(false, true)) {
            return;
        }
        Retention rule = new Retention(settings.keepLast(), settings.keepEvery(), true);
        executor.execute(() -> {
            Instant begun = clock.instant();
            try {
                GarbageCollection.Outcome done = collector.collect(checkpoint.lineage(), rule);
                log.info(
                        "{} keeps its last {}: {} checkpoints retired, {} bytes freed",
                        checkpoint.lineage(),
                        rule.last(),
                        done.retired().size(),
                        done.blobs().bytes());
            } catch (RuntimeException e) {
                log.warn("no old checkpoint of {} is retired now: {}", checkpoint.lineage(), e.getMessage());
            } finally {
                Duration took = Duration.between(begun, clock.instant()).multipliedBy(SHARE);
                next = clock.instant().plus(took.compareTo(PAUSE) > 0 ? took : PAUSE);
                busy.set(false);
            }
        });
    }
}
