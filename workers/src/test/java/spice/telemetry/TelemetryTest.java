package spice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.RawHttp;

class TelemetryTest {
    @TempDir
    Path folder;

    private Telemetry start(String process) throws IOException {
        return Telemetry.start(process, ListenAddress.LOOPBACK, folder);
    }

    private static HttpResponse<String> ask(int port, String method) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aScrapeHasWhatWasCounted() throws Exception {
        try (Telemetry telemetry = start("gpu-worker")) {
            telemetry.meters().counter("spice.tokens.sampled").increment(42);
            telemetry.temporal().counter("temporal_worker_start").inc(1);

            HttpResponse<String> answer = ask(telemetry.port(), "GET");

            assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/plain; version=0.0.4");
            assertThat(answer.body().lines())
                    .contains("spice_tokens_sampled_total 42.0")
                    .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                    .anyMatch(line -> line.startsWith("spice_process_resident_bytes "));
            assertThat(ask(telemetry.port(), "POST").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void aForeignPageSeesNothing() throws Exception {
        try (Telemetry telemetry = start("gpu-worker")) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", telemetry.port());
            String own = "Host: 127.0.0.1:%d\r\n".formatted(telemetry.port());

            assertThat(RawHttp.status(address, "GET", "/metrics", own, "")).isEqualTo(200);
            assertThat(RawHttp.ask(address, "GET", "/metrics", "Host: evil.example\r\n", ""))
                    .contains("421")
                    .doesNotContain("jvm_");
            assertThat(RawHttp.ask(address, "GET", "/metrics", own + "Origin: http://evil.example\r\n", ""))
                    .contains("403")
                    .doesNotContain("jvm_");
            assertThat(RawHttp.status(address, "POST", "/metrics", own + "Content-Type: text/plain\r\n", "x"))
                    .isEqualTo(405);
        }
    }

    /// A scraper comes by a name that only it knows, such as that of a container.
    @Test
    void beyondThisMachineAnyNameWillDo() throws Exception {
        try (Telemetry telemetry = Telemetry.start("gpu-worker", new ListenAddress("0.0.0.0", 0), folder)) {
            assertThat(RawHttp.status(
                            new InetSocketAddress("127.0.0.1", telemetry.port()),
                            "GET",
                            "/metrics",
                            "Host: gpu-worker:9464\r\n",
                            ""))
                    .isEqualTo(200);
        }
    }

    @Test
    void aProcessSaysWhereItIsForAsLongAsItAnswers() throws Exception {
        Path file = folder.resolve("gpu-worker.json");
        try (Telemetry telemetry = start("gpu-worker")) {
            JsonNode targets = new ObjectMapper().readTree(file.toFile());
            assertThat(targets.at("/0/targets/0").textValue()).isEqualTo("127.0.0.1:" + telemetry.port());
            assertThat(targets.at("/0/labels/process").textValue()).isEqualTo("gpu-worker");
        }
        assertThat(file).doesNotExist();
    }

    /// No process has this number: Linux stops at four million.
    @Test
    void theNextOneSweepsWhatAKilledOneLeft() throws Exception {
        Path killed = folder.resolve("killed.json");
        Files.writeString(killed, """
                [{"targets":["127.0.0.1:1"],"labels":{"process":"killed","__spice_pid":"999999999"}}]""");
        Path strange = Files.writeString(folder.resolve("somebody-else.json"), "[]");

        try (Telemetry _ = start("cpu-worker")) {
            assertThat(killed).doesNotExist();
            assertThat(strange).exists();
        }
    }

    @Test
    void aTakenPortIsSaid() throws Exception {
        try (Telemetry first = start("one")) {
            assertThatIOException()
                    .isThrownBy(() -> Telemetry.start("two", new ListenAddress("127.0.0.1", first.port()), folder));
        }
    }

    @Test
    void anAddressIsHostAndPort() {
        assertThat(ListenAddress.parse("0.0.0.0:9464")).isEqualTo(new ListenAddress("0.0.0.0", 9464));
        assertThat(ListenAddress.parse("[::1]:0")).hasToString("[::1]:0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenAddress.parse("9464"))
                .withMessageContaining("HOST:PORT");
        assertThatIllegalArgumentException().isThrownBy(() -> ListenAddress.parse("localhost:70000"));
    }
}
