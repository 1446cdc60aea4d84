package spice.training;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A Python that has torch and transformers: the one that `SPICE_PYTHON` names, or `python3`.
final class TorchPython {
    private static final String PROGRAM = System.getenv().getOrDefault("SPICE_PYTHON", "python3");
    /// What this Python lacks; empty if it lacks nothing.
    private static final String LACKS = lacks();

    private TorchPython() {}

    private static String lacks() {
        try {
            Process process = new ProcessBuilder(PROGRAM, "-c", "import torch, transformers, safetensors")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            List<String> said =
                    process.inputReader(StandardCharsets.UTF_8).lines().toList();
            return process.waitFor() == 0 ? "" : "%s says %s".formatted(PROGRAM, said.isEmpty() ? "" : said.getLast());
        } catch (IOException | UncheckedIOException e) {
            return "there is no " + PROGRAM;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /// The program. Without a usable one the test is skipped, or fails if `SPICE_REQUIRE_PYTHON` is 1.
    static String program() {
        String reason = "needs torch, transformers and safetensors, by SPICE_PYTHON or python3: " + LACKS;
        if (!LACKS.isEmpty() && "1".equals(System.getenv("SPICE_REQUIRE_PYTHON"))) {
            throw new AssertionError(reason);
        }
        assumeTrue(LACKS.isEmpty(), reason);
        return PROGRAM;
    }
}
