package spice.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.store.BlobRef;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.Stored;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3ProxyProcess;
import spice.store.s3.S3Upkeep;

/// Upkeep of a store whose blobs are larger than the heap, in a process of its own with little heap.
class SmallHeapTest {
    private static final String HEAP = "-Xmx48m";
    private static final int BLOB = 100_000_000;

    @TempDir
    Path folder;

    /// The weights begin as a JSON object does, and so does the document, which is one. Its last word is the only
    /// reference to a small blob.
    @Test
    void nothingLargeIsReadWhole() throws Exception {
        S3ProxyProcess server = S3ProxyProcess.shared();
        S3Location location = server.newBucket();
        BlobRef leaf;
        BlobRef garbage;
        Path weights = large(folder.resolve("weights"), "{", "\0".repeat(1000), "");
        try (S3BlobStore store = S3BlobStore.open(location)) {
            leaf = store.put("leaf".getBytes(UTF_8));
            garbage = store.put("garbage".getBytes(UTF_8));
            Path document = large(
                    folder.resolve("document"),
                    "{\"list\":[",
                    "{\"sha256\":\"%s\",\"bytes\":1,\"not\":\"one\"},".formatted(garbage.sha256()),
                    new String(Json.bytes(leaf), UTF_8) + "]}");
            store.create("models/0123456789ab", Json.bytes(Map.of("files", Map.of("w", store.put(weights)))));
            store.create("later/kind", Json.bytes(Map.of("weights", store.put(weights), "more", store.put(document))));
        }
        server.makeOlder(location, "blobs", Duration.ofHours(3));

        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeapTest.class.getName(),
                        server.endpoint().toString(),
                        location.bucket(),
                        weights.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        try (S3Upkeep upkeep = S3Upkeep.open(location)) {
            assertThat(upkeep.list().objects())
                    .filteredOn(object -> object.content() instanceof Stored.Blob)
                    .extracting(Stored::key)
                    .hasSize(3)
                    .contains(ObjectKeys.blob(leaf.sha256()))
                    .doesNotContain(ObjectKeys.blob(garbage.sha256()));
        }
    }

    private static Path large(Path file, String first, String middle, String last) throws IOException {
        byte[] often = middle.repeat(1000).getBytes(UTF_8);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(first.getBytes(UTF_8));
            for (int written = 0; written < BLOB; written += often.length) {
                out.write(often);
            }
            out.write(last.getBytes(UTF_8));
        }
        return file;
    }

    /// Verifies the store, collects its garbage, and stores its weights once more.
    public static void main(String[] args) throws IOException {
        S3Location location = S3ProxyProcess.bucketAt(URI.create(args[0]), args[1]);
        try (S3BlobStore store = S3BlobStore.open(location);
                S3Upkeep upkeep = S3Upkeep.open(location)) {
            Verification.Findings findings = new Verification(store, upkeep).run();
            if (!findings.problems().isEmpty()) {
                throw new IllegalStateException(findings.toString());
            }
            new GarbageCollection(store, upkeep)
                    .run(new Retention(1, 0, false), new ActiveRuns.Known(List.of(), List.of()), false);
            BlobRef ref = store.put(Path.of(args[2]));
            store.copyTo(ref, Path.of(args[2] + ".copy"));
        }
    }
}
