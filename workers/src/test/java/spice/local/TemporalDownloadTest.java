package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;

/// The download rung against a test's own vendor site, whose archive holds a script that runs the real binary.
class TemporalDownloadTest {
    private static final String VENDOR = "io.temporal.testing.devServerDownloadBaseUrl";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private HttpServer vendor;

    @BeforeEach
    void start() throws IOException {
        vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.start();
        System.setProperty(VENDOR, address());
    }

    @AfterEach
    void stop() {
        System.clearProperty(VENDOR);
        vendor.stop(0);
    }

    @Test
    void whatIsDownloadedIsKept() throws IOException {
        serve(
                "/cli/",
                "{\"archiveUrl\": \"%s/archive\", \"fileToExtract\": \"temporal\"}"
                        .formatted(address())
                        .getBytes(UTF_8));
        serve(
                "/archive",
                archive("#!/bin/sh\nexec '%s' \"$@\"\n"
                        .formatted(TestStacks.binary().path())));
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), true);

        assertThat(ladder(settings).climb())
                .isEqualTo(new TemporalRung.Downloaded(
                        settings.keptTemporal(), TestStacks.binary().version()));
        assertThat(said).containsExactly("asking the vendor's site for Temporal v1.8.2");
        assertThat(ladder(settings).climb()).isInstanceOf(TemporalRung.Kept.class);
    }

    @Test
    void aVendorThatRefusesIsOneReasonAmongOthers() {
        assertThatThrownBy(() -> ladder(TestStacks.settings(folder.resolve("home"), true))
                        .climb())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("the vendor's download failed", "404")
                .hasMessageNotContaining("\n");
    }

    private TemporalLadder ladder(LocalSettings settings) {
        return new TemporalLadder(
                settings, Map.of("PATH", "", "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml"), said::add);
    }

    private String address() {
        return "http://127.0.0.1:" + vendor.getAddress().getPort();
    }

    private void serve(String path, byte[] content) {
        vendor.createContext(path, exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            }
        });
    }

    private static byte[] archive(String binary) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            TarArchiveEntry entry = new TarArchiveEntry("temporal");
            entry.setSize(binary.length());
            entry.setMode(0755);
            tar.putArchiveEntry(entry);
            tar.write(binary.getBytes(UTF_8));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
