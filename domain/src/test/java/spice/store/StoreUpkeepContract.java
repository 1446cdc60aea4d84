package spice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static spice.store.BlobStoreContract.bytes;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The contract of [StoreUpkeep].
public abstract class StoreUpkeepContract {
    private static final StepKey STEP = new StepKey("attempt", 3, "0".repeat(64));
    /// The youngest age at which garbage collection may remove an object.
    private static final Duration REMOVABLE = StoreUpkeep.FRESH.multipliedBy(2);

    /// The store, empty at the start of each test.
    protected abstract BlobStore store();

    /// The upkeep of [#store].
    protected abstract StoreUpkeep upkeep();

    /// Makes everything in the store older by this time.
    protected abstract void pass(Duration time) throws Exception;

    /// How many rounds a writer takes beside a cleaner.
    protected abstract int rounds();

    @Test
    void everythingIsListedWithItsMeaning() {
        BlobRef blob = store().put(bytes("632"));
        store().commit(STEP, blob);
        store().create("runs/a", bytes("manifest"));

        List<Stored> objects = upkeep().list().objects();

        assertThat(objects)
                .extracting(Stored::key, Stored::content, Stored::bytes)
                .containsExactlyInAnyOrder(
                        tuple(
                                "blobs/%s/%s".formatted(blob.sha256().substring(0, 2), blob.sha256()),
                                new Stored.Blob(blob.sha256()),
                                3L),
                        tuple("index/attempt/v3/" + "0".repeat(64), new Stored.Step(STEP), (long)
                                Json.bytes(blob).length),
                        tuple("records/runs/a", new Stored.Named("runs/a"), 8L));
    }

    @Test
    void whatIsRemovedIsGoneAndCanBeMadeAgain() {
        BlobRef blob = store().put(bytes("632"));
        store().commit(STEP, blob);
        store().create("runs/a", bytes("manifest"));
        List<Stored> all = upkeep().list().objects();

        assertThat(upkeep().remove(all)).containsExactlyInAnyOrderElementsOf(all);

        assertThat(upkeep().list().objects()).isEmpty();
        assertThat(store().find(STEP)).isEmpty();
        assertThat(store().read("runs/a")).isEmpty();
        assertThat(store().commit(STEP, store().put(bytes("632")))).isEqualTo(blob);
        assertThat(store().create("runs/a", bytes("another"))).isTrue();
        assertThat(store().get(blob)).isEqualTo(bytes("632"));
    }

    @Test
    void whatWasGoneAlreadyCountsAsRemoved() {
        store().put(bytes("632"));
        List<Stored> all = upkeep().list().objects();
        upkeep().remove(all);

        assertThat(upkeep().remove(all)).isEqualTo(all);
    }

    @Test
    void whatIsPutAgainAfterTheListingStays() throws Exception {
        BlobRef blob = store().put(bytes("632"));
        pass(StoreUpkeep.FRESH);
        List<Stored> listed = upkeep().list().objects();

        store().put(bytes("632"));

        assertThat(upkeep().remove(listed)).isEmpty();
        assertThat(store().get(blob)).isEqualTo(bytes("632"));
    }

    @Test
    void whatIsFoundOrCommittedAgainAfterTheListingStays() throws Exception {
        BlobRef blob = store().put(bytes("632"));
        store().commit(STEP, blob);
        pass(StoreUpkeep.FRESH);
        List<Stored> listed = upkeep().list().objects();

        store().find(STEP);
        store().commit(STEP, blob);

        assertThat(upkeep().remove(listed)).isEmpty();
        assertThat(store().find(STEP)).contains(blob);
    }

    @Test
    void aResultWhoseBlobIsGoneCountsAsNone() {
        BlobRef blob = store().put(bytes("632"));
        store().commit(STEP, blob);
        upkeep().remove(upkeep().list().objects().stream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .toList());

        assertThat(store().find(STEP)).isEmpty();
        assertThat(store().commit(STEP, store().put(bytes("632")))).isEqualTo(blob);
        assertThat(store().find(STEP)).contains(blob);
    }

    /// A cleaner removes every blob that is old enough, without a pause, while a writer puts, commits and reads the
    /// same five. From round to round the blobs get older by up to one and a half times the removable age; every
    /// fifth round the writer waits for the cleaner, in the others they race.
    @Test
    void whatWasCommittedStaysReadableHoweverOftenSomebodyCleansUp() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger removed = new AtomicInteger();
        Semaphore cleaned = new Semaphore(0);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> cleaner = thread.submit(() -> {
                while (!stop.get()) {
                    removed.addAndGet(clean());
                    cleaned.release();
                }
            });
            try {
                for (int round = 0; round < rounds(); round++) {
                    for (int blob = 0; blob < 5; blob++) {
                        putCommitAndRead(blob);
                    }
                    pass(REMOVABLE.multipliedBy(3L * (round % 5)).dividedBy(8));
                    if (round % 5 == 4) {
                        cleaned.drainPermits();
                        // The first of the two may have listed before the time passed.
                        assertThat(cleaned.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
                    }
                }
            } finally {
                stop.set(true);
            }
            cleaner.get();
        }
        assertThat(removed).hasPositiveValue();
    }

    private int clean() {
        StoreUpkeep.Listing listing = upkeep().list();
        List<Stored> doomed = listing.objects().stream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .filter(object -> object.written().isBefore(listing.now().minus(REMOVABLE)))
                .toList();
        return upkeep().remove(doomed).size();
    }

    private void putCommitAndRead(int blob) {
        BlobRef ref = store().put(bytes("blob " + blob));
        StepKey key = new StepKey("race", blob, "0".repeat(64));
        assertThat(store().commit(key, ref)).isEqualTo(ref);
        assertThat(store().get(ref)).isEqualTo(bytes("blob " + blob));
        assertThat(store().find(key)).contains(ref);
    }
}
