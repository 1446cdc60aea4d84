package spice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static spice.store.BlobStoreContract.bytes;
import static spice.store.StoreUpkeep.FRESH;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.StoreUpkeepContract;
import spice.store.Stored;

/// Upkeep on a real S3 server, with a bucket of its own for each test.
class S3UpkeepTest extends StoreUpkeepContract {
    private static S3ProxyProcess server;

    private S3Location location;
    private S3BlobStore store;
    private S3Upkeep upkeep;

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyProcess.shared();
    }

    @BeforeEach
    void open() {
        location = server.newBucket();
        store = S3BlobStore.open(location);
        upkeep = S3Upkeep.open(location);
    }

    @AfterEach
    void close() {
        upkeep.close();
        store.close();
    }

    @Override
    protected BlobStore store() {
        return store;
    }

    @Override
    protected StoreUpkeep upkeep() {
        return upkeep;
    }

    @Override
    protected void pass(Duration time) throws IOException {
        server.makeOlder(location, "blobs", time);
        server.makeOlder(location, "index", time);
    }

    @Override
    protected int rounds() {
        return 10;
    }

    @Test
    void aWriterThatMeetsAnOldBlobWaitsUntilARemovalUnderWayIsOver() throws Exception {
        BlobRef ref = store.put(bytes("632"));
        pass(FRESH);
        put("sweep/000000000007");

        CompletableFuture<BlobRef> writer = CompletableFuture.supplyAsync(() -> store.put(bytes("632")));
        assertThatThrownBy(() -> writer.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        // The announced removal removes the object.
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
        pass(FRESH.minusMinutes(1));
        List<Stored> young = upkeep.list().objects();
        store.put(bytes("632"));
        assertThat(upkeep.list().objects()).isEqualTo(young);

        pass(Duration.ofMinutes(2));
        List<Stored> old = upkeep.list().objects();
        store.put(bytes("632"));
        assertThat(upkeep.list().objects()).isNotEqualTo(old);
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

    /// Somebody else keeps files in the bucket, some under keys that look like ours.
    @Test
    void whatIsNotOursIsNeitherTakenForOursNorRemoved() throws IOException {
        String theirs = "blobs/ab/" + "ab".repeat(32);
        put(theirs);
        put("backups/db-3f2a90c1-58d4-4f0e-9b7c-0c1d2e3f4a5b");
        put("blobs/ab/short");
        try (S3Client client = S3Clients.open(location)) {
            client.createMultipartUpload(r -> r.bucket(location.bucket()).key("backups/large"));
        }
        BlobRef ours = store.put(bytes("632"));
        List<Stored> listed = upkeep.list().objects();

        assertThat(listed)
                .extracting(Stored::key)
                .containsExactlyInAnyOrder(
                        theirs, "blobs/%s/%s".formatted(ours.sha256().substring(0, 2), ours.sha256()));
        assertThat(upkeep.remove(listed))
                .singleElement()
                .satisfies(removed -> assertThat(removed.content()).isEqualTo(new Stored.Blob(ours.sha256())));
        assertThat(upkeep.list().objects()).extracting(Stored::key).containsExactly(theirs);
        try (S3Upkeep ofOurBucket = S3Upkeep.open(location, true)) {
            assertThat(ofOurBucket.remove(listed)).hasSize(2);
        }
        assertThat(upkeep.list().objects()).isEmpty();
    }

    /// Writes an object without a writer's mark, as a server itself or another `gc` does.
    private void put(String key) {
        try (S3Client client = S3Clients.open(location)) {
            client.putObject(r -> r.bucket(location.bucket()).key(key), RequestBody.fromString("half"));
        }
    }
}
