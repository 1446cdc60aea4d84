package spice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static spice.store.s3.BlobStoreContract.bytes;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// What every store's upkeep keeps to.
abstract class StoreUpkeepContract {
    private static final StepKey STEP = new StepKey("attempt", 3, "0".repeat(64));

    /// The store, empty at the start of each test.
    abstract BlobStore store();

    abstract StoreUpkeep upkeep();

    /// Lets so much time pass that what is used then counts as used again.
    abstract void later() throws InterruptedException;

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
        List<Stored> listed = upkeep().list().objects();
        later();

        store().put(bytes("632"));

        assertThat(upkeep().remove(listed)).isEmpty();
        assertThat(store().get(blob)).isEqualTo(bytes("632"));
    }

    @Test
    void whatIsFoundOrCommittedAgainAfterTheListingStays() throws Exception {
        BlobRef blob = store().put(bytes("632"));
        store().commit(STEP, blob);
        List<Stored> listed = upkeep().list().objects();
        later();

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

    /// One removes whatever nobody refers to, as fast as it can; the others put, commit and read. As in collecting
    /// garbage, what was used a moment ago is left alone.
    @Test
    void whatWasCommittedStaysReadableHoweverOftenSomebodyCleansUp() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger removed = new AtomicInteger();
        Thread cleaner = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                StoreUpkeep.Listing listing = upkeep().list();
                List<Stored> doomed = listing.objects().stream()
                        .filter(object -> object.content() instanceof Stored.Blob)
                        .filter(object ->
                                object.written().isBefore(listing.now().minus(twiceFresh())))
                        .toList();
                removed.addAndGet(upkeep().remove(doomed).size());
            }
        });
        try {
            for (int round = 0; round < rounds(); round++) {
                for (int blob = 0; blob < 5; blob++) {
                    long begun = System.nanoTime();
                    try {
                        putCommitAndRead(blob);
                    } catch (StoreException | AssertionError e) {
                        // On a machine that stood still the promise has run out.
                        if (System.nanoTime() - begun < promise().toNanos()) {
                            throw e;
                        }
                    }
                }
                pause(round);
            }
        } finally {
            stop.set(true);
            cleaner.join();
        }
        assertThat(removed).hasPositiveValue();
    }

    private void putCommitAndRead(int blob) {
        BlobRef ref = store().put(bytes("blob " + blob));
        StepKey key = new StepKey("race", blob, "0".repeat(64));
        assertThat(store().commit(key, ref)).isEqualTo(ref);
        assertThat(store().get(ref)).isEqualTo(bytes("blob " + blob));
        assertThat(store().find(key)).contains(ref);
    }

    /// How long what was just put stays at least, by the clock on the wall.
    abstract Duration promise();

    abstract Duration twiceFresh();

    abstract int rounds();

    /// Between rounds, now long enough for what was put to fall to the cleaner, now not.
    abstract void pause(int round) throws InterruptedException;
}
