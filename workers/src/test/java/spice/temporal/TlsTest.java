package spice.temporal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.ScriptedWorkers;
import spice.cli.SpiceProcess;
import spice.local.LocalSettings;
import spice.local.TemporalLadder;
import spice.local.TestPems;
import spice.local.TestTemporal;
import spice.local.TlsFront;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.workflows.ScriptedActivities;

/// A worker and a command reach the real Temporal server over TLS, with certificates and an API key from Temporal's
/// own settings.
class TlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEY = "an-api-key-that-nobody-writes-down";

    @TempDir
    static Path folder;

    private static TestTemporal temporal;
    private static TestPems pems;
    private static KeyStore server;
    private static KeyStore trusted;

    private final Map<String, String> environment = new TreeMap<>();
    private TlsFront front;

    @BeforeAll
    static void startServer() throws Exception {
        temporal = TestTemporal.start(folder.resolve("server"), SpiceSearchAttributes.ALL, List.of());
        pems = new TestPems(Files.createDirectory(folder.resolve("pems")));
        server = pems.write("server");
        KeyStore client = pems.write("client");
        trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", client.getCertificate("client"));
    }

    @AfterAll
    static void stopServer() {
        temporal.close();
    }

    @BeforeEach
    void start() throws Exception {
        front = new TlsFront(server, trusted, temporal.port());
        environment.put("TEMPORAL_ADDRESS", "127.0.0.1:" + front.port());
        environment.put("TEMPORAL_NAMESPACE", "default");
        environment.put("TEMPORAL_API_KEY", KEY);
        environment.put(
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH", pems.certificate("server").toString());
        environment.put(
                "TEMPORAL_TLS_CLIENT_CERT_PATH", pems.certificate("client").toString());
        environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", pems.key("client").toString());
        environment.put("TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml");
    }

    @AfterEach
    void stop() throws IOException {
        front.close();
    }

    @Test
    void aRunIsStartedAndWorkedOffOverTlsAndItsKeyIsInNoFile() throws Exception {
        SpiceProcess spice = new SpiceProcess(folder, "127.0.0.1:" + front.port());
        ScriptedActivities steps = new ScriptedActivities();
        try (TemporalConnection connection = TemporalConnection.openAt(
                TemporalLadder.profile(LocalSettings.from(Map.of("SPICE_ROOT", "..")), environment),
                "test",
                PATIENCE)) {
            WorkerFactory worker = ScriptedWorkers.start(connection.client(), steps);

            assertThat(spice.says(environment, "run", "--lineage", "mine", "--iterations", "1", "--detach"))
                    .isEqualTo("0 Run              mine\nstarted mine\n");
            RunReport report =
                    connection.client().newUntypedWorkflowStub("mine").getResult(RunReport.class);
            assertThat(report.checkpoint().iteration()).isEqualTo(1);
            worker.shutdownNow();
        }
        assertThat(front.letIn()).isGreaterThanOrEqualTo(2);
        assertThat(filesThatHold("iteration-1"))
                .as("the server's database is read")
                .isNotEmpty();
        assertThat(filesThatHold(KEY)).isEmpty();
    }

    @Test
    void whoShowsNoCertificateIsToldSoInOneLine() throws Exception {
        environment.remove("TEMPORAL_TLS_CLIENT_CERT_PATH");
        environment.remove("TEMPORAL_TLS_CLIENT_KEY_PATH");
        assertThat(new SpiceProcess(folder, temporal.address())
                        .says(environment, "run", "--lineage", "mine", "--detach"))
                .startsWith("1 spice: no Temporal server answers at 127.0.0.1:%d (".formatted(front.port()))
                .doesNotContain(KEY)
                .hasLineCount(1);
        assertThat(front.letIn()).isZero();
    }

    private static List<Path> filesThatHold(String words) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        List<Path> found = new ArrayList<>();
        for (Path file : files) {
            // In Latin 1 every byte is one character.
            if (new String(Files.readAllBytes(file), ISO_8859_1).contains(words)) {
                found.add(folder.relativize(file));
            }
        }
        return found;
    }
}
