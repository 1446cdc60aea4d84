package spice.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A real vLLM server on the CPU, from `SPICE_VLLM` (an environment's folder), `.spice/vllm` or the `PATH`. If
/// there is none, the test classes with this condition are skipped and say so, or fail if `SPICE_REQUIRE_VLLM` is
/// 1.
public final class VllmProcess implements ExecutionCondition, AutoCloseable {
    static final String KEY = "a key for this test";

    private static final String PROBLEM =
            "there is no vllm in SPICE_VLLM, in .spice/vllm or on the PATH; infra/vllm/install installs one";

    private final URI address = URI.create("http://127.0.0.1:" + freePort());
    private Optional<Process> process = Optional.empty();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (program().isEmpty() && "1".equals(System.getenv("SPICE_REQUIRE_VLLM"))) {
            fail(PROBLEM);
        }
        return program().isEmpty() ? disabled(PROBLEM) : enabled("there is a vllm");
    }

    private static Optional<Path> program() {
        String named = System.getenv().getOrDefault("SPICE_VLLM", "");
        return Stream.of(
                        named.isEmpty() ? Stream.<Path>empty() : Stream.of(Path.of(named, "bin")),
                        Stream.of(Path.of("..", ".spice", "vllm", "bin")),
                        Stream.of(System.getenv("PATH").split(":")).map(Path::of))
                .flatMap(folders -> folders)
                .map(folder -> folder.resolve("vllm").toAbsolutePath().normalize())
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    URI address() {
        return address;
    }

    /// Serves a model folder, as docs/vllm.md says.
    ///
    /// @param plugins the vLLM plugins to load; empty for none
    void start(Path model, Path log, String plugins) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        program().orElseThrow().toString(),
                        "serve",
                        model.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(address.getPort()),
                        "--logprobs-mode",
                        "processed_logprobs",
                        "--dtype",
                        "float32",
                        "--max-model-len",
                        "128",
                        "--max-num-seqs",
                        "32",
                        "--enforce-eager")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "VLLM_SERVER_DEV_MODE", "1",
                        "VLLM_API_KEY", KEY,
                        "VLLM_PLUGINS", plugins,
                        "VLLM_CPU_KVCACHE_SPACE", "1",
                        // On a busy machine, a thread that is bound to a core would wait for that core.
                        "VLLM_CPU_OMP_THREADS_BIND", "nobind",
                        "VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS", "1800",
                        // Compiling with a C++ compiler does not pay for a few calls.
                        "TORCH_COMPILE_DISABLE", "1",
                        "VLLM_NO_USAGE_STATS", "1",
                        "HF_HUB_OFFLINE", "1"));
        Process started = builder.start();
        process = Optional.of(started);
        while (!isUp()) {
            assertThat(started.isAlive()).as("%s", Files.readString(log)).isTrue();
            Thread.sleep(200);
        }
    }

    private boolean isUp() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) address.resolve("/health").toURL().openConnection();
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (process.isPresent()) {
            List<ProcessHandle> all = Stream.concat(
                            process.get().descendants(), Stream.of(process.get().toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(one -> one.onExit().join());
        }
    }
}
