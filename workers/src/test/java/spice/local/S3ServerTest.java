package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.store.BlobRef;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;

/// The S3 server as a process that SIGKILL ends.
class S3ServerTest {
    private static final int LARGE = 48 << 20;

    @TempDir
    Path folder;

    private LocalSettings settings;
    private TestS3 server;

    @BeforeEach
    void start() throws Exception {
        settings = TestStacks.settings(folder.resolve("home"), false);
        server = TestS3.start(settings);
    }

    @AfterEach
    void kill() {
        server.close();
    }

    @Test
    void whatWasAcknowledgedSurvivesAKillInTheMiddleOfAWrite() throws Exception {
        Path large = folder.resolve("large");
        writeNoise(large);
        List<BlobRef> acknowledged = new ArrayList<>();
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            for (int i = 0; i < 50; i++) {
                acknowledged.add(store.put(("blob " + i).getBytes(UTF_8)));
                store.create("records/" + i, ("record " + i).getBytes(UTF_8));
            }
            CompletableFuture<BlobRef> unfinished = CompletableFuture.supplyAsync(() -> store.put(large));
            awaitUnfinished();
            kill();
            assertThatThrownBy(unfinished::join).hasCauseInstanceOf(StoreException.class);
        }
        assertThat(unfinished()).isNotEmpty();

        server.restart();

        assertThat(unfinished()).isEmpty();
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            for (int i = 0; i < 50; i++) {
                assertThat(store.get(acknowledged.get(i))).isEqualTo(("blob " + i).getBytes(UTF_8));
                assertThat(store.read("records/" + i)).contains(("record " + i).getBytes(UTF_8));
            }
            assertThat(store.list("records/")).hasSize(50);
            BlobRef whole = store.put(large);
            store.copyTo(whole, folder.resolve("copy"));
            assertThat(folder.resolve("copy")).hasSameBinaryContentAs(large);
        }
    }

    @Test
    void aFinishedObjectIsNoLeftoverWhateverItsName() throws Exception {
        String name = "records/run-3f2a90c1-58d4-4f0e-9b7c-0c1d2e3f4a5b";
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            store.create(name, "manifest".getBytes(UTF_8));
        }
        kill();
        server.restart();

        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            assertThat(store.read(name)).contains("manifest".getBytes(UTF_8));
        }
    }

    @Test
    void onlyThisMachineCanReachIt() throws IOException {
        List<String> listening = Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .filter(line -> line.contains(":%04X 00000000:0000 0A".formatted(settings.s3Port())))
                .toList();
        List<String> onAllAddresses = Files.readAllLines(Path.of("/proc/net/tcp6")).stream()
                .filter(line -> line.contains("0".repeat(32) + ":%04X".formatted(settings.s3Port())))
                .toList();

        // Linux writes 127.0.0.1 as 0100007F; a Java server may also bind it as an IPv6 address.
        assertThat(onAllAddresses).isEmpty();
        assertThat(listening).allMatch(line -> line.contains("0100007F:"));
    }

    /// Waits until a part of the large object is on the disk.
    private void awaitUnfinished() throws Exception {
        while (unfinished().stream().mapToLong(file -> file.toFile().length()).sum() == 0) {
            Thread.sleep(1);
        }
    }

    private List<Path> unfinished() throws IOException {
        try (Stream<Path> files = Files.walk(settings.s3Folder())) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}-[0-9a-f-]{36}"))
                    .toList();
        }
    }

    private static void writeNoise(Path file) throws IOException {
        byte[] block = new byte[1 << 20];
        Random random = new Random(1);
        try (var out = Files.newOutputStream(file)) {
            for (int written = 0; written < LARGE; written += block.length) {
                random.nextBytes(block);
                out.write(block);
            }
        }
    }
}
