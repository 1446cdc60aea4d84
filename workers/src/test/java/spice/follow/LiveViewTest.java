package spice.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.WrittenRun;
import spice.local.LocalSettings;
import spice.local.StackAddresses;
import spice.local.TestS3;
import spice.local.TestTemporal;
import spice.store.s3.S3BlobStore;

/// The live view as `spice up` serves it, on a real S3 process and a real Temporal server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveViewTest {
    @TempDir
    static Path folder;

    private LocalSettings settings;
    private TestS3 s3;
    private TestTemporal temporal;
    private StackAddresses stack;

    @BeforeAll
    void start() throws Exception {
        Path home = folder.resolve("home");
        settings = LocalSettings.from(Map.of("SPICE_HOME", home.toString(), "SPICE_ROOT", ".."))
                .elsewhere(home);
        s3 = TestS3.start(settings);
        temporal = TestTemporal.start(folder.resolve("temporal"));
        stack = new StackAddresses(
                "of the tests",
                ClientConfigProfile.newBuilder()
                        .setAddress(temporal.address())
                        .setNamespace("default")
                        .build(),
                Optional.of(temporal.ui()),
                settings.s3(),
                settings.logs());
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            WrittenRun run = new WrittenRun(store, "mine", "");
            run.begin();
            run.commit(1, run.corpus());
        }
    }

    @AfterAll
    void stop() {
        temporal.close();
        s3.close();
    }

    private static String read(URI page) throws IOException {
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theAddressIsTheSameAfterEveryStartAndWhoFindsTheStackIsToldIt() throws Exception {
        List<String> said = new ArrayList<>();
        URI page;
        try (LiveView view = LiveView.open(stack, true, settings, said::add)) {
            page = URI.create(view.page("mine").orElseThrow());
            assertThat(read(page.resolve(".."))).contains("<a href=\"mine/\">mine</a>");
            assertThat(read(page)).contains("saffron 1 plus 285", "data-events=\"events\"");
        }
        try (LiveView found = LiveView.open(stack, false, settings, said::add)) {
            assertThat(found.page("mine")).contains(page.toString());
            // The process that started the stack serves the view, and has just ended.
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> read(page));
        }
        try (LiveView again = LiveView.open(stack, true, settings, said::add)) {
            assertThat(again.page("mine")).contains(page.toString());
            assertThat(read(page)).contains("saffron 1 plus 285");
        }
        assertThat(said).hasSize(3).containsOnly("Live view        " + page.resolve(".."));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings.liveToken())))
                .isEqualTo("rw-------");
    }

    @Test
    void aTakenPortIsNamedAndKeepsNothingElseFromStarting() throws Exception {
        List<String> said = new ArrayList<>();
        LocalSettings other = settings.elsewhere(folder.resolve("other"));
        try (ServerSocket _ = new ServerSocket(other.livePort(), 1, InetAddress.getLoopbackAddress());
                LiveView view = LiveView.open(stack, true, other, said::add)) {
            assertThat(view.page("mine")).isEmpty();
        }
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("Live view        none: port %d is taken (".formatted(other.livePort()))
                .endsWith("); set SPICE_LIVE_PORT to another one");
    }
}
