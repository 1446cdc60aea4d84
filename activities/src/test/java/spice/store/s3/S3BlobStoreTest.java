package spice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.BlobStoreContract;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.StepKey;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// The store on a real S3 server, with a bucket of its own for each test.
class S3BlobStoreTest extends BlobStoreContract {
    private static final StepKey STEP = new StepKey("attempt", 1, "0".repeat(64));

    private static S3ProxyProcess server;

    private S3Location location;
    private S3BlobStore store;

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyProcess.shared();
    }

    @BeforeEach
    void open() {
        location = server.newBucket();
        store = S3BlobStore.open(location);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected BlobStore store() {
        return store;
    }

    @Override
    protected long differentResults() {
        return store.differentResults();
    }

    @Test
    void aSecondStoreOnTheSameBucketSeesTheSame() {
        BlobRef ref = store.put(bytes("abc"));
        store.create("runs/a", bytes("manifest"));

        try (S3BlobStore second = S3BlobStore.open(location)) {
            assertThat(second.get(ref)).isEqualTo(bytes("abc"));
            assertThat(second.list("runs/")).containsExactly("runs/a");
        }
    }

    @Test
    void aDamagedBlobIsNeverHandedOut() {
        BlobRef ref = store.put(bytes("saffron 347 plus 285 is 632"));
        overwrite("blobs/%s/%s".formatted(ref.sha256().substring(0, 2), ref.sha256()), "saffron 347 plus 285 is 633");
        Path target = folder.resolve("target");

        assertThatThrownBy(() -> store.get(ref))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(
                        ref.sha256(), "expected 27 bytes", "found 27 bytes with SHA-256", "Delete the object");
        assertThatThrownBy(() -> store.copyTo(ref, target))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(ref.sha256());
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aTruncatedBlobIsNotTakenForTheWhole() throws IOException {
        BlobRef ref = store.put(bytes("abc"));
        overwrite("blobs/%s/%s".formatted(ref.sha256().substring(0, 2), ref.sha256()), "ab");

        assertThatThrownBy(() -> store.put(bytes("abc"))).hasMessageContaining("found 2 bytes");
        Path file = Files.write(folder.resolve("file"), bytes("abc"));
        assertThatThrownBy(() -> store.put(file)).hasMessageContaining("found 2 bytes");
    }

    @Test
    void aStepWhoseResultWasDeletedIsTakenAgain() {
        BlobRef result = store.put(bytes("632"));
        store.commit(STEP, result);
        try (S3Client client = S3Clients.open(location)) {
            client.deleteObject(r -> r.bucket(location.bucket())
                    .key("blobs/%s/%s".formatted(result.sha256().substring(0, 2), result.sha256())));
        }

        assertThat(store.find(STEP)).isEmpty();
        assertThat(store.commit(STEP, store.put(bytes("632")))).isEqualTo(result);
        assertThat(store.find(STEP)).contains(result);
        assertThat(store.differentResults()).isZero();
    }

    @Test
    void whatAKilledServerLeftBehindIsNotListed() {
        String uuid = "3f2a90c1-58d4-4f0e-9b7c-0c1d2e3f4a5b";
        store.create("runs/a", bytes("whole"));
        store.create("runs/b-" + uuid, bytes("whole, in spite of its name"));
        overwrite("records/runs/c-" + uuid, "half");

        assertThat(store.list("runs/")).containsExactly("runs/a", "runs/b-" + uuid);
    }

    @Test
    void aRecordIsOursEvenIfTheServersAnswerGotLost() throws Exception {
        try (LosesOneAnswer network = new LosesOneAnswer(server.endpoint(), "PUT /" + location.bucket() + "/records/");
                S3BlobStore through =
                        S3BlobStore.open(S3Location.at(network.endpoint(), S3ProxyProcess.KEY, location.bucket()))) {
            assertThat(through.create("runs/a", bytes("manifest"))).isTrue();
            assertThat(network.lost()).isTrue();
            assertThat(through.create("runs/a", bytes("manifest"))).isFalse();
        }
        assertThat(store.read("runs/a")).contains(bytes("manifest"));
    }

    /// Twelve megabytes in requests of five.
    @Test
    void aLargeFileIsStoredInParts() throws IOException {
        byte[] content = new byte[12_000_001];
        new Random(1).nextBytes(content);
        Path large = Files.write(folder.resolve("large"), content);
        try (S3BlobStore parted = S3BlobStore.counted(location, new SimpleMeterRegistry(), 5L << 20)) {
            BlobRef ref = parted.put(large);

            assertThat(ref).isEqualTo(new BlobRef(Json.sha256(content), content.length));
            assertThat(parted.put(large)).isEqualTo(ref);
            Path copy = folder.resolve("copy");
            store.copyTo(ref, copy);
            assertThat(Files.mismatch(large, copy)).isEqualTo(-1);
        }
    }

    /// A blob that was not used for long counts as used once it is stored again; the server writes it again by
    /// itself.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsThereIsNotSentAgain(boolean inParts) throws IOException {
        byte[] content = new byte[12_000_001];
        new Random(2).nextBytes(content);
        Path large = Files.write(folder.resolve("large"), content);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (S3BlobStore counted = S3BlobStore.counted(location, meters, inParts ? 5L << 20 : 1L << 30)) {
            BlobRef ref = counted.put(large);
            counted.commit(STEP, ref);
            double sent = meters.counter("spice.s3.sent").count();
            assertThat(sent).isGreaterThan(content.length);

            for (int use = 0; use < 3; use++) {
                server.makeOlder(location, "blobs", Duration.ofHours(3));
                switch (use) {
                    case 0 -> counted.put(large);
                    case 1 -> counted.put(content);
                    default -> assertThat(counted.find(STEP)).contains(ref);
                }
                try (S3Upkeep upkeep = S3Upkeep.open(location)) {
                    StoreUpkeep.Listing listing = upkeep.list();
                    assertThat(listing.objects())
                            .filteredOn(object -> object.content() instanceof Stored.Blob)
                            .singleElement()
                            .satisfies(blob -> assertThat(blob.written())
                                    .isAfter(listing.now().minus(StoreUpkeep.FRESH)));
                }
            }

            assertThat(meters.counter("spice.s3.sent").count() - sent).isLessThan(3_000);
            assertThat(counted.get(ref)).isEqualTo(content);
        }
    }

    @Test
    void aLargeFileThatChangesMeanwhileIsNotStored() throws IOException {
        Path large = Files.write(folder.resolve("large"), new byte[7_000_000]);
        String key = ObjectKeys.blob(Json.sha256(new byte[7_000_000]));

        try (S3Client client = S3Clients.open(location)) {
            S3Bucket bucket = S3Bucket.of(client, location);
            assertThatThrownBy(() -> new PartedUpload(bucket, 5L << 20).put(key, large, _ -> {}, () -> false))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll(large.toString(), "has changed");
            assertThat(bucket.head(key)).isEmpty();
            assertThat(client.listMultipartUploads(r -> r.bucket(location.bucket()))
                            .uploads())
                    .isEmpty();
        }
    }

    /// Each byte is read once for the digest and once to be sent; what is there already is not sent.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLargeFileTellsHowFarItIs(boolean inParts) throws IOException {
        byte[] content = new byte[12_000_001];
        new Random(3).nextBytes(content);
        Path large = Files.write(folder.resolve("large"), content);
        try (S3BlobStore counted =
                S3BlobStore.counted(location, new SimpleMeterRegistry(), inParts ? 5L << 20 : 1L << 30)) {
            List<Long> done = new ArrayList<>();
            counted.put(large, done::add);
            assertThat(done).isSorted().hasSizeGreaterThan(20).contains((long) content.length);
            assertThat(done.getLast()).isEqualTo(2L * content.length);

            done.clear();
            counted.put(large, done::add);
            assertThat(done.getLast()).isEqualTo(content.length);
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> store.put(folder.resolve("nothing")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(folder.resolve("nothing").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "a/..", "../a", "a/./b"})
    void aNameThatLeavesItsFolderIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> store.create(name, bytes("x")));
    }

    @Test
    void aWrongKeyIsSaidInOneLine() {
        S3Location wrong = S3Location.at(
                server.endpoint(), new S3Key(S3ProxyProcess.KEY.id(), "not the secret"), location.bucket());

        assertThatThrownBy(() -> S3BlobStore.open(wrong))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(
                        server.endpoint().toString(), "does not accept the access key", "Set SPICE_HOME")
                .hasMessageNotContainingAny("\n", "not the secret");
    }

    /// Overwrites an object, which the store's own rules forbid.
    private void overwrite(String key, String content) {
        try (S3Client client = S3Clients.open(location)) {
            client.putObject(r -> r.bucket(location.bucket()).key(key), RequestBody.fromString(content));
        }
    }
}
