package spice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static spice.store.s3.BlobStoreContract.bytes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// Upkeep on a real S3 server. What was used a second ago counts as used long ago here; the server's clock shows
/// whole seconds.
class S3UpkeepTest extends StoreUpkeepContract {
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final AtomicInteger BUCKETS = new AtomicInteger();

    @TempDir
    static Path data;

    private static S3ProxyProcess server;

    private S3Location location;
    private S3BlobStore store;
    private S3Upkeep upkeep;

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyProcess.start(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        location = server.bucket("upkeep-" + BUCKETS.incrementAndGet());
        store = S3BlobStore.open(location, FRESH);
        upkeep = S3Upkeep.open(location);
    }

    @AfterEach
    void close() {
        upkeep.close();
        store.close();
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    StoreUpkeep upkeep() {
        return upkeep;
    }

    @Override
    void later() throws InterruptedException {
        Thread.sleep(FRESH.multipliedBy(2));
    }

    @Override
    Duration promise() {
        return FRESH;
    }

    /// Two seconds more, because of the seconds that are cut off.
    @Override
    Duration twiceFresh() {
        return FRESH.multipliedBy(2).plusSeconds(2);
    }

    @Override
    int rounds() {
        return 12;
    }

    @Override
    void pause(int round) throws InterruptedException {
        Thread.sleep(round % 4 == 3 ? 4500 : 100);
    }

    @Test
    void aWriterThatMeetsAnOldBlobWaitsUntilARemovalUnderWayIsOver() throws Exception {
        BlobRef ref = store.put(bytes("632"));
        later();
        put("sweep/000000000007");

        CompletableFuture<BlobRef> writer = CompletableFuture.supplyAsync(() -> store.put(bytes("632")));
        assertThatThrownBy(() -> writer.get(1, TimeUnit.SECONDS)).hasNoCause();
        // What the removal that has been announced does at its end.
        try (S3Client client = S3Clients.open(location)) {
            client.deleteObject(r -> r.bucket(location.bucket())
                    .key("blobs/%s/%s".formatted(ref.sha256().substring(0, 2), ref.sha256())));
        }
        put("sweep/000000000007.done");

        assertThat(writer.get(1, TimeUnit.MINUTES)).isEqualTo(ref);
        assertThat(store.get(ref)).isEqualTo(bytes("632"));
    }

    @Test
    void aYoungObjectIsNotWrittenAgain() throws Exception {
        store.put(bytes("632"));
        List<Stored> before = upkeep.list().objects();
        later();

        try (S3BlobStore patient = S3BlobStore.open(location)) {
            patient.put(bytes("632"));
        }
        assertThat(upkeep.list().objects()).isEqualTo(before);

        store.put(bytes("632"));
        assertThat(upkeep.list().objects()).isNotEqualTo(before);
    }

    @Test
    void twoDoNotRemoveAtOnce() {
        store.put(bytes("632"));
        List<Stored> all = upkeep.list().objects();
        put("sweep/000000000007");

        assertThatThrownBy(() -> upkeep.remove(all))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll("another `spice store gc`", "2 minutes");
        put("sweep/000000000007.done");
        assertThat(upkeep.remove(all)).hasSize(1);
    }

    @Test
    void whatAKilledServerLeftBehindIsListedAsSuchAndARecordOfSuchANameIsNot() {
        String uuid = "3f2a90c1-58d4-4f0e-9b7c-0c1d2e3f4a5b";
        String blob = "blobs/ab/" + "ab".repeat(32) + "-" + uuid;
        put(blob);
        put("records/runs/c-" + uuid);
        store.create("runs/b-" + uuid, bytes("whole, in spite of its name"));

        List<Stored> objects = upkeep.list().objects();

        assertThat(objects)
                .filteredOn(object -> object.content() instanceof Stored.Leftover)
                .extracting(Stored::key)
                .containsExactlyInAnyOrder(blob, "records/runs/c-" + uuid);
        upkeep.remove(objects.stream()
                .filter(object -> object.content() instanceof Stored.Leftover)
                .toList());
        assertThat(upkeep.list().objects()).extracting(Stored::key).containsExactly("records/runs/b-" + uuid);
    }

    @Test
    void partsThatNobodyPutsTogetherAreListedAndRemoved() {
        String key = "blobs/ab/" + "ab".repeat(32);
        String upload;
        try (S3Client client = S3Clients.open(location)) {
            upload = client.createMultipartUpload(
                            r -> r.bucket(location.bucket()).key(key))
                    .uploadId();
            client.uploadPart(
                    r -> r.bucket(location.bucket()).key(key).uploadId(upload).partNumber(1),
                    RequestBody.fromBytes(new byte[6_000_000]));
        }

        List<Stored> objects = upkeep.list().objects();

        assertThat(objects).singleElement().satisfies(object -> {
            assertThat(object.key()).isEqualTo(key);
            assertThat(object.content()).isEqualTo(new Stored.Unfinished(upload));
            assertThat(object.bytes()).isEqualTo(6_000_000);
        });
        assertThat(upkeep.remove(objects)).isEqualTo(objects);
        assertThat(upkeep.list().objects()).isEmpty();
    }

    /// As a server does by itself, or somebody else's gc: without a writer's mark.
    private void put(String key) {
        try (S3Client client = S3Clients.open(location)) {
            client.putObject(r -> r.bucket(location.bucket()).key(key), RequestBody.fromString("half"));
        }
    }
}
