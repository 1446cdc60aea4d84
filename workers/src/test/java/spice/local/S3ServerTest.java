package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
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
import spice.program.RawHttp;
import spice.store.BlobRef;
import spice.store.ObjectKeys;
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

    /// A web page has no key, and the server lets no page read its answers.
    @Test
    void aForeignPageCanNeitherReadNorWrite() throws IOException {
        BlobRef blob;
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            blob = store.put("secret".getBytes(UTF_8));
        }
        String object = "/spice/" + ObjectKeys.blob(blob.sha256());
        InetSocketAddress address = LocalSettings.loopback(settings.s3Port());
        for (String host : List.of("127.0.0.1:" + settings.s3Port(), "evil.example:" + settings.s3Port())) {
            String headers = "Host: %s\r\nOrigin: http://evil.example\r\nContent-Type: text/plain\r\n".formatted(host);
            assertThat(RawHttp.ask(address, "GET", object, headers, ""))
                    .contains("403")
                    .doesNotContain("secret");
            assertThat(RawHttp.status(address, "GET", "/spice?list-type=2", headers, ""))
                    .isEqualTo(403);
            for (String method : List.of("POST", "PUT", "DELETE")) {
                assertThat(RawHttp.status(address, method, object, headers, "mine"))
                        .as(method)
                        .isGreaterThanOrEqualTo(400);
            }
            String deletion =
                    "<Delete><Object><Key>%s</Key></Object></Delete>".formatted(ObjectKeys.blob(blob.sha256()));
            assertThat(RawHttp.status(address, "POST", "/spice?delete", headers, deletion))
                    .isGreaterThanOrEqualTo(400);
            // What a form of a page sends.
            assertThat(RawHttp.status(
                            address,
                            "POST",
                            "/spice",
                            headers.replace("text/plain", "multipart/form-data; boundary=b"),
                            """
                            --b\r
                            Content-Disposition: form-data; name="key"\r
                            \r
                            evil\r
                            --b\r
                            Content-Disposition: form-data; name="file"; filename="evil"\r
                            \r
                            mine\r
                            --b--\r
                            """))
                    .isGreaterThanOrEqualTo(400);
            assertThat(RawHttp.ask(address, "OPTIONS", object, headers + "Access-Control-Request-Method: PUT\r\n", ""))
                    .doesNotContainIgnoringCase("Access-Control-Allow-Origin");
        }
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            assertThat(store.get(blob)).isEqualTo("secret".getBytes(UTF_8));
        }
        assertThat(settings.s3Folder().resolve("spice/evil")).doesNotExist();
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
