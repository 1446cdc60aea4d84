package spice.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.WrittenLineage;
import spice.judging.Samples;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.store.MovedClock;
import spice.store.StoreException;
import spice.store.Stored;

/// A run of an iteration an hour that keeps the last two checkpoints and each third, beside another lineage whose
/// run has no such rule.
class RunRetentionTest {
    private static final RunSettings KEEPS = Samples.settings("{\"keepLast\": 2, \"keepEvery\": 3}");

    private final MovedClock clock = new MovedClock();
    private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
    private final Checkpoints checkpoints = new Checkpoints(store);
    private final WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");
    private final WrittenLineage other = new WrittenLineage(store, "other", "bbbbbbbbbbbb");
    private final List<Instant> collections = new ArrayList<>();
    private Instant started = Instant.EPOCH;
    private BlobRef corpus;
    private int present;
    private final RunRetention retention = new RunRetention(
            (lineage, rule) -> {
                collections.add(clock.instant());
                ActiveRuns live = new ActiveRuns.Known(
                        List.of(new ActiveRuns.LiveRun("mine", started, OptionalInt.of(present))), List.of());
                return new GarbageCollection(store, store).runFor(lineage, rule, live);
            },
            Runnable::run,
            clock);

    @BeforeEach
    void write() {
        CheckpointRef base = WrittenLineage.base(store);
        corpus = mine.corpus();
        other.begin(base, base);
        other.commit(1, corpus);
        other.commit(2, corpus);
        clock.pass(Duration.ofHours(9));
        started = clock.instant();
        mine.begin(base, base);
    }

    private CheckpointRef commit(int iteration, RunSettings settings) {
        clock.pass(Duration.ofHours(1));
        CheckpointRef checkpoint = mine.commit(iteration, corpus);
        present = iteration;
        retention.committed(checkpoint, settings);
        return checkpoint;
    }

    /// After the eighth, 7 and 8 are the last two, 3 and 6 thirds, 2 is pinned, 4 was evaluated best.
    @Test
    void aRunRetiresWhatItsRuleDoesNotKeep() {
        for (int iteration = 1; iteration <= 8; iteration++) {
            CheckpointRef checkpoint = commit(iteration, KEEPS);
            if (iteration == 2) {
                checkpoints.pin(checkpoint);
            }
            if (iteration == 4) {
                WrittenLineage.evaluate(store, checkpoint, 0.9);
            }
        }

        assertThat(weights())
                .containsExactly("mine 2", "mine 3", "mine 4", "mine 6", "mine 7", "mine 8", "other 1", "other 2");
        assertThat(checkpoints.all().stream()
                        .filter(checkpoint -> checkpoints.retirement(checkpoint).isPresent())
                        .map(CheckpointRef::iteration))
                .containsExactly(1, 5);
        assertThat(new Verification(store, store).run().problems()).isEmpty();
    }

    @Test
    void aRunWithoutTheRuleKeepsAll() {
        for (int iteration = 1; iteration <= 5; iteration++) {
            commit(iteration, Samples.settings("{}"));
        }

        assertThat(collections).isEmpty();
        assertThat(weights()).hasSize(7);
    }

    @Test
    void betweenTwoCollectionsTenMinutesPass() {
        CheckpointRef first = commit(1, KEEPS);
        for (int minute = 1; minute <= 25; minute++) {
            clock.pass(Duration.ofMinutes(1));
            retention.committed(first, KEEPS);
        }

        assertThat(collections)
                .extracting(at -> Duration.between(started, at).toMinutes())
                .containsExactly(60L, 70L, 80L);
    }

    @Test
    void aCollectionThatFailsDoesNotFailTheCommitAndIsTriedAgain() {
        int[] tried = {0};
        RunRetention failing = new RunRetention(
                (_, _) -> {
                    tried[0]++;
                    throw new StoreException("S3 cannot be reached");
                },
                Runnable::run,
                clock);
        CheckpointRef checkpoint = mine.commit(1, corpus);

        failing.committed(checkpoint, KEEPS);
        clock.pass(Duration.ofHours(1));
        failing.committed(checkpoint, KEEPS);

        assertThat(tried[0]).isEqualTo(2);
    }

    private Stream<String> weights() {
        return store.list().objects().stream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .flatMap(object -> store.read(object).stream())
                .map(content -> new String(content, UTF_8))
                .filter(text -> text.startsWith("weights of "))
                .map(text -> text.substring("weights of ".length()))
                .sorted();
    }
}
