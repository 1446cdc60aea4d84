package spice.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.WrittenLineage;
import spice.model.Devices;
import spice.policies.Host;
import spice.policies.LoadedPolicies;
import spice.runs.CheckpointRef;
import spice.settings.SettingsReader;
import spice.settings.StartFrom;
import spice.store.BlobRef;
import spice.store.ContentReader;
import spice.store.InMemoryBlobStore;
import spice.store.Json;
import spice.store.MovedClock;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// Garbage collection of a lineage of six iterations, an hour each, and a fork of its third. The tests list by hand
/// what must remain.
class GarbageCollectionTest {
    private static final ActiveRuns NONE = new ActiveRuns.Known(List.of(), List.of());
    private static final Retention LAST_TWO = new Retention(2, 0, false);

    @TempDir
    Path folder;

    private final MovedClock clock = new MovedClock();
    private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
    private final Checkpoints checkpoints = new Checkpoints(store);
    private final WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");
    private final WrittenLineage fork = new WrittenLineage(store, "fork", "ffffffffffff");
    private final Map<String, CheckpointRef> made = new HashMap<>();

    @BeforeEach
    void write() {
        CheckpointRef base = WrittenLineage.base(store);
        BlobRef corpus = mine.corpus();
        mine.begin(base, base);
        store.put("left by a killed upload".getBytes(UTF_8));
        for (int iteration = 1; iteration <= 6; iteration++) {
            clock.pass(Duration.ofHours(1));
            mine.shard(iteration);
            made.put("mine " + iteration, mine.commit(iteration, corpus));
        }
        clock.pass(Duration.ofHours(1));
        fork.begin(base, made.get("mine 3"));
        made.put("fork 4", fork.commit(4, corpus));
        mine.shard(7);
    }

    @Test
    void theLastTwoAndWhatAForkStartsFromKeepTheirWeights() {
        clock.pass(Duration.ofHours(3));

        GarbageCollection.Outcome report = collect(LAST_TWO, NONE);

        assertThat(weights()).containsExactly("fork 4", "mine 3", "mine 5", "mine 6");
        assertThat(report.retired()).containsExactly(made.get("mine 1"), made.get("mine 2"), made.get("mine 4"));
        assertThat(texts())
                .containsExactly(
                        "base weights",
                        "optimizer of fork 4",
                        "optimizer of mine 3",
                        "optimizer of mine 5",
                        "optimizer of mine 6",
                        "passages",
                        "tasks of fork 4",
                        "tasks of mine 1",
                        "tasks of mine 2",
                        "tasks of mine 3",
                        "tasks of mine 4",
                        "tasks of mine 5",
                        "tasks of mine 6",
                        "tokenizer",
                        "trajectories of fork 4",
                        "trajectories of mine 3",
                        "trajectories of mine 5",
                        "trajectories of mine 6",
                        "weights of fork 4",
                        "weights of mine 3",
                        "weights of mine 5",
                        "weights of mine 6");
        assertThat(store.committed("ingest")).hasSize(1);
        assertThat(store.committed("pose")).isEmpty();
        assertThat(store.committed("train")).isEmpty();
        assertThat(checkpoints.all())
                .hasSize(8)
                .allSatisfy(checkpoint ->
                        assertThat(checkpoints.manifest(checkpoint)).isNotNull());
        assertThat(new Verification(store, store).run().problems()).isEmpty();
    }

    @Test
    void theBestThePinnedAndEveryThirdStayToo() {
        WrittenLineage.evaluate(store, made.get("mine 1"), 0.3);
        WrittenLineage.evaluate(store, made.get("mine 2"), 0.9);
        WrittenLineage.evaluate(store, made.get("mine 6"), 0.8);
        checkpoints.pin(made.get("mine 4"));
        clock.pass(Duration.ofHours(3));

        GarbageCollection.Outcome report = collect(new Retention(1, 3, true), NONE);

        assertThat(weights()).containsExactly("fork 4", "mine 2", "mine 3", "mine 4", "mine 6");
        assertThat(report.kept())
                .containsEntry(made.get("mine 2"), "best, held-out accuracy 0.900")
                .containsEntry(made.get("mine 3"), "fork starts from it")
                .containsEntry(made.get("mine 4"), "pinned")
                .containsEntry(made.get("mine 6"), "last of mine");
        assertThat(texts())
                .contains("questions", "answers of " + made.get("mine 1").name());
    }

    @Test
    void aDryRunSaysTheSameAndRemovesNothing() {
        clock.pass(Duration.ofHours(3));
        List<Stored> before = store.list().objects();

        GarbageCollection.Outcome dry = new GarbageCollection(store, store).run(LAST_TWO, NONE, true);

        assertThat(store.list().objects()).isEqualTo(before);
        assertThat(dry).isEqualTo(collect(LAST_TWO, NONE));
    }

    @Test
    void partsOfAnUploadStayForADay() {
        List<Stored> removed = new ArrayList<>();

        GarbageCollection.Outcome report =
                new GarbageCollection(store, new HalfSent(store, removed)).run(LAST_TWO, NONE, false);

        assertThat(removed).extracting(Stored::key).contains("blobs/25").doesNotContain("blobs/23");
        assertThat(report.leftovers()).isEqualTo(new GarbageCollection.Removed(1, 1_000));
    }

    @Test
    void aSecondTimeThereIsNothingLeftToDo() {
        clock.pass(Duration.ofHours(3));
        collect(LAST_TWO, NONE);

        GarbageCollection.Outcome second = collect(LAST_TWO, NONE);

        assertThat(second.retired()).isEmpty();
        assertThat(List.of(second.blobs(), second.results(), second.leftovers()))
                .containsOnly(new GarbageCollection.Removed(0, 0));
    }

    @Test
    void whatWasUsedWithinTheLastHourStays() {
        GarbageCollection.Outcome report = collect(LAST_TWO, NONE);

        assertThat(texts()).contains("shard of mine 6", "shard of mine 7").doesNotContain("shard of mine 5");
        assertThat(report.retired()).containsExactly(made.get("mine 1"), made.get("mine 2"), made.get("mine 4"));
    }

    @Test
    void aRunThatWaitsForAWeekKeepsWhatItsIterationHasMade() {
        clock.pass(Duration.ofDays(7));

        collect(new Retention(1, 0, false), live("mine", Instant.EPOCH, OptionalInt.of(6)));

        assertThat(texts()).contains("shard of mine 6", "shard of mine 7").doesNotContain("shard of mine 4");
        assertThat(weights()).containsExactly("fork 4", "mine 3", "mine 5", "mine 6");
    }

    @Test
    void snapshotsGoWithTheIterationThatTookThem() {
        BlobRef old = store.put("old snapshot".getBytes(UTF_8));
        store.create("snapshots/train/v1/" + "a".repeat(64) + "/00000001", Json.bytes(Map.of("optimizer", old)));
        clock.pass(Duration.ofHours(3));
        BlobRef young = store.put("young snapshot".getBytes(UTF_8));
        store.create("snapshots/train/v1/" + "b".repeat(64) + "/00000001", Json.bytes(Map.of("optimizer", young)));

        collect(LAST_TWO, NONE);

        assertThat(texts()).contains("young snapshot").doesNotContain("old snapshot");
        assertThat(store.list("snapshots/")).containsExactly("snapshots/train/v1/" + "b".repeat(64) + "/00000001");
    }

    /// A run that was reset to its third iteration repeats the fourth, while the newest checkpoints are from
    /// before.
    @Test
    void aRunThatWasResetKeepsTheCheckpointsFromWhereItIs() {
        clock.pass(Duration.ofDays(7));

        collect(new Retention(1, 0, false), live("mine", clock.instant(), OptionalInt.of(3)));

        assertThat(weights()).containsExactly("fork 4", "mine 2", "mine 3", "mine 4", "mine 5", "mine 6");
    }

    @Test
    void whatAScheduleStartsFromKeepsItsWeights() {
        clock.pass(Duration.ofDays(7));
        ActiveRuns scheduled =
                new ActiveRuns.Known(List.of(), List.of(new StartFrom.Fork("mine", 2), new StartFrom.Fork("never", 2)));

        GarbageCollection.Outcome report = collect(new Retention(1, 0, false), scheduled);

        assertThat(weights()).containsExactly("fork 4", "mine 2", "mine 3", "mine 6");
        assertThat(report.kept()).containsEntry(made.get("mine 2"), "a schedule starts from it");
    }

    @Test
    void aRunThatHasNotBegunMayStartFromAnywhere() {
        clock.pass(Duration.ofDays(7));

        GarbageCollection.Outcome report = collect(LAST_TWO, live("new", clock.instant(), OptionalInt.empty()));

        assertThat(report.retired()).isEmpty();
    }

    @Test
    void whileNobodyKnowsWhichRunsAreLiveNoCheckpointIsRetired() {
        clock.pass(Duration.ofDays(7));

        GarbageCollection.Outcome report = collect(LAST_TWO, new ActiveRuns.Unknown());

        assertThat(report.retired()).isEmpty();
        assertThat(texts()).contains("shard of mine 6").doesNotContain("left by a killed upload");
    }

    @Test
    void whoeverWantsARetiredCheckpointIsToldWhatToContinueFrom() throws Exception {
        clock.pass(Duration.ofHours(3));
        collect(LAST_TWO, NONE);

        try (LoadedPolicies policies = new LoadedPolicies(store, folder, Host.of(Devices.CPU), false)) {
            assertThatThrownBy(() -> policies.policy(made.get("mine 2"), SettingsReader.read("{}")))
                    .isInstanceOfSatisfying(
                            ApplicationFailure.class,
                            failure -> assertThat(failure.getType()).isEqualTo("CHECKPOINT_RETIRED"))
                    .hasMessageContainingAll(
                            "checkpoints/mine/aaaaaaaaaaaa/00000002", "2026-11-22T10:00:00Z", "Continue from mine@6");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aRunThatIsRepeatedMakesItsRetiredCheckpointsAgain() {
        clock.pass(Duration.ofHours(3));
        collect(LAST_TWO, NONE);

        CheckpointRef again = mine.commit(2, mine.corpus());

        assertThat(again).isEqualTo(made.get("mine 2"));
        assertThat(weights()).contains("mine 2");
    }

    /// A writer finds the result of the step, and so does not write its weights again, just when they are about to
    /// go.
    @Test
    void whatAResultLeadsToStaysIfTheResultIsUsedAtTheLastMoment() {
        clock.pass(Duration.ofHours(3));
        AtomicBoolean first = new AtomicBoolean(true);
        StoreUpkeep hurried = new Interrupted(store, () -> {
            if (first.getAndSet(false)) {
                mine.train(2);
            }
        });

        new GarbageCollection(store, hurried).run(LAST_TWO, NONE, false);

        assertThat(weights()).containsExactly("fork 4", "mine 2", "mine 3", "mine 5", "mine 6");
    }

    /// Collects without a pause beside two runs whose content is partly the same as old content. The time between
    /// putting and committing goes up to the longest allowed.
    @Test
    void besideWritersEveryCommittedStepAndEveryLastCheckpointStaysReadable() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong removed = new AtomicLong();
        Thread collector = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                removed.addAndGet(
                        collect(new Retention(1, 0, false), NONE).blobs().objects());
            }
        });
        try {
            BlobRef corpus = mine.corpus();
            for (int round = 0; round < 300; round++) {
                // Five iterations over and over, whose content is in the store or has just been removed from it.
                int iteration = 10 + round % 5;
                WrittenLineage line = round % 2 == 0 ? mine : fork;
                BlobRef shard = line.shard(iteration);
                clock.pass(StoreUpkeep.FRESH.multipliedBy(round % 10).dividedBy(10));
                assertThat(store.get(shard)).isNotEmpty();
                CheckpointRef checkpoint = line.commit(iteration, corpus);
                CheckpointManifest manifest = checkpoints.manifest(checkpoint);
                manifest.files()
                        .values()
                        .forEach(file -> assertThat(store.get(file)).isNotEmpty());
                assertThat(store.get(manifest.optimizer().orElseThrow())).isNotEmpty();
                if (round % 7 == 0) {
                    clock.pass(Duration.ofHours(3));
                }
            }
        } finally {
            stop.set(true);
            collector.join();
        }
        assertThat(removed).hasPositiveValue();
        assertThat(new Verification(store, store).run().problems()).isEmpty();
    }

    @Test
    void aDamagedBlobAndAMissingOneAreNamedWithWhatTheyBreak() {
        CheckpointManifest manifest = checkpoints.manifest(made.get("mine 5"));
        BlobRef weights = manifest.files().get("weights");
        BlobRef optimizer = manifest.optimizer().orElseThrow();
        store.damage(weights, "weights of mine 6".getBytes(UTF_8));
        store.remove(store.list().objects().stream()
                .filter(object -> object.content().equals(new Stored.Blob(optimizer.sha256())))
                .toList());

        List<Verification.Problem> problems =
                new Verification(store, store).run().problems();

        assertThat(problems)
                .extracting(Verification.Problem::breaks)
                .containsExactlyInAnyOrder(
                        "weights of mine@5 (aaaaaaaaaaaa)", "the optimizer of mine@5 (aaaaaaaaaaaa)");
        assertThat(problems)
                .extracting(Verification.Problem::found)
                .containsExactlyInAnyOrder(
                        "17 bytes with SHA-256 " + Json.sha256("weights of mine 6".getBytes(UTF_8)), "nothing");
        assertThat(problems).allSatisfy(problem -> {
            assertThat(problem.key()).startsWith("blobs/");
            assertThat(problem.expected()).contains("bytes with this SHA-256");
            assertThat(problem.remedy()).contains("repeat the run");
        });
    }

    @Test
    void theLastCheckpointCannotBeGivenUp() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Retention(0, 0, true))
                .withMessageContaining("got 0");
    }

    private static ActiveRuns live(String lineage, Instant started, OptionalInt iteration) {
        return new ActiveRuns.Known(List.of(new ActiveRuns.LiveRun(lineage, started, iteration)), List.of());
    }

    private GarbageCollection.Outcome collect(Retention retention, ActiveRuns live) {
        return new GarbageCollection(store, store).run(retention, live, false);
    }

    /// The checkpoints whose weights are in the store.
    private TreeSet<String> weights() {
        TreeSet<String> there = new TreeSet<>();
        texts().stream()
                .filter(text -> text.startsWith("weights of "))
                .forEach(text -> there.add(text.substring("weights of ".length())));
        return there;
    }

    /// The contents of the store's blobs, except for JSON.
    private List<String> texts() {
        return store.list().objects().stream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .flatMap(object -> store.read(object).stream())
                .map(content -> new String(content, UTF_8))
                .filter(text -> !text.startsWith("{"))
                .sorted()
                .toList();
    }

    /// Delegates to a store's upkeep; tests override a part of it.
    private static class Around implements StoreUpkeep {
        private final StoreUpkeep upkeep;

        Around(StoreUpkeep upkeep) {
            this.upkeep = upkeep;
        }

        @Override
        public Listing list() {
            return upkeep.list();
        }

        @Override
        public List<Stored> remove(Collection<Stored> doomed) {
            return upkeep.remove(doomed);
        }

        @Override
        public <T> Optional<T> read(Stored object, ContentReader<T> reader) {
            return upkeep.read(object, reader);
        }
    }

    /// A store with two unfinished uploads, begun 25 and 23 hours ago.
    private static final class HalfSent extends Around {
        private final List<Stored> removed;

        HalfSent(StoreUpkeep upkeep, List<Stored> removed) {
            super(upkeep);
            this.removed = removed;
        }

        @Override
        public Listing list() {
            Listing whole = super.list();
            List<Stored> objects = new ArrayList<>(whole.objects());
            for (int hours : new int[] {25, 23}) {
                objects.add(new Stored(
                        "blobs/" + hours,
                        new Stored.Unfinished("upload " + hours),
                        1_000,
                        whole.now().minus(Duration.ofHours(hours))));
            }
            return new Listing(whole.now(), objects);
        }

        @Override
        public List<Stored> remove(Collection<Stored> doomed) {
            removed.addAll(doomed);
            return List.copyOf(doomed);
        }
    }

    /// Runs something just before each removal.
    private static final class Interrupted extends Around {
        private final Runnable before;

        Interrupted(StoreUpkeep upkeep, Runnable before) {
            super(upkeep);
            this.before = before;
        }

        @Override
        public List<Stored> remove(Collection<Stored> doomed) {
            before.run();
            return super.remove(doomed);
        }
    }
}
