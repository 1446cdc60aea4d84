package spice.deployed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Builds the images of `infra/` from what Maven has just compiled. Where that is impossible, as on a machine
/// without a container engine, the class is skipped with the reason; if `SPICE_REQUIRE_CONTAINERS` is 1, it fails.
final class Images implements ExecutionCondition {
    /// Maven runs a module's tests in the module's folder, one below the program's root.
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final String TAG = "test";
    private static final String REQUIRED = "SPICE_REQUIRE_CONTAINERS";

    static String name(String image) {
        return "spice/%s:%s".formatted(image, TAG);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return enabled("its class is");
        }
        Optional<String> problem = build();
        if (problem.isPresent() && "1".equals(System.getenv(REQUIRED))) {
            fail(problem.get());
        }
        return problem.map(ConditionEvaluationResult::disabled).orElseGet(() -> enabled("the images are there"));
    }

    /// Why they cannot be built, if they cannot.
    private static Optional<String> build() {
        try {
            Process build = new ProcessBuilder(
                            ROOT.resolve("infra").resolve("images").toString(), "--as-built", TAG)
                    .redirectErrorStream(true)
                    .start();
            List<String> says = new String(build.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return build.waitFor() == 0
                    ? Optional.empty()
                    : Optional.of(says.isEmpty() ? "infra/images failed without a word" : says.getLast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
