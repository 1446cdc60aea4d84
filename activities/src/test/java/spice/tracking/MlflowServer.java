package spice.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A real MLflow server on a database in a folder, from `.spice/mlflow` or the `PATH`. If there is none, the test
/// classes with this condition are skipped and say so, or fail if `SPICE_REQUIRE_MLFLOW` is 1.
public final class MlflowServer implements ExecutionCondition, AutoCloseable {
    private static final String REQUIRED = "SPICE_REQUIRE_MLFLOW";
    private static final String PROBLEM = "there is no mlflow on the PATH or in .spice/mlflow";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 30_000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final URI address = URI.create("http://127.0.0.1:" + freePort());
    private Optional<Process> process = Optional.empty();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (program().isEmpty() && "1".equals(System.getenv(REQUIRED))) {
            fail(PROBLEM);
        }
        return program().isEmpty() ? disabled(PROBLEM) : enabled("there is an mlflow");
    }

    private static Optional<Path> program() {
        return Stream.concat(
                        Stream.of(Path.of("..", ".spice", "mlflow", "bin")),
                        Stream.of(System.getenv("PATH").split(":")).map(Path::of))
                .map(folder -> folder.resolve("mlflow").toAbsolutePath().normalize())
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// A free port below the range of ephemeral ports, so that no other process gets it before the server starts.
    private static int freePort() {
        return ThreadLocalRandom.current()
                .ints(FIRST_PORT, LAST_PORT)
                .filter(MlflowServer::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// The address, also before the start.
    public URI address() {
        return address;
    }

    /// Starts it and waits until it answers.
    public void start(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("mlflow.log");
        ProcessBuilder builder = new ProcessBuilder(
                        program().orElseThrow().toString(),
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(address.getPort()),
                        "--workers",
                        "1",
                        "--backend-store-uri",
                        "sqlite:///" + folder.resolve("mlflow.db"),
                        "--artifacts-destination",
                        folder.resolve("artifacts").toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // Otherwise it starts seven processes for evaluations and reports its use to its makers.
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        Process started = builder.start();
        process = Optional.of(started);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isUp()) {
            assertThat(started.isAlive() && System.nanoTime() < deadline)
                    .as("%s", Files.readString(log))
                    .isTrue();
            Thread.sleep(100);
        }
    }

    private boolean isUp() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) address.resolve("/health").toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(10_000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// The steps of a run's metric, in MLflow's order.
    List<Integer> steps(String run, String key) throws IOException {
        JsonNode history = get("metrics/get-history?run_id=%s&metric_key=%s".formatted(run, key));
        return history.path("metrics")
                .valueStream()
                .map(metric -> metric.path("step").asInt())
                .toList();
    }

    JsonNode run(String id) throws IOException {
        return get("runs/get?run_id=" + id).path("run");
    }

    /// The content of a run's artifact, downloaded from the server.
    byte[] artifact(String run, String name) throws IOException {
        String place = URI.create(run(run).at("/info/artifact_uri").asText()).getPath();
        try (InputStream file = address.resolve("/api/2.0/mlflow-artifacts/artifacts%s/%s".formatted(place, name))
                .toURL()
                .openStream()) {
            return file.readAllBytes();
        }
    }

    private JsonNode get(String call) throws IOException {
        try (InputStream answer =
                address.resolve("/api/2.0/mlflow/" + call).toURL().openStream()) {
            return JSON.readTree(answer);
        }
    }

    @Override
    public void close() {
        if (process.isPresent()) {
            List<ProcessHandle> all = Stream.concat(
                            Stream.of(process.get().toHandle()), process.get().descendants())
                    .toList();
            all.forEach(ProcessHandle::destroy);
            process.get().onExit().join();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
