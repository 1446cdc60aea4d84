package spice.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.vllm.VllmSettings;

/// Options that name a vLLM server to sample by.
final class VllmOptions {
    @Option(
            names = "--vllm",
            paramLabel = "URL",
            description = "Sample by the vLLM server at this address, e.g. http://127.0.0.1:8000, instead of in this"
                    + " process. It serves this worker alone. Its key is read from VLLM_API_KEY.")
    private @Nullable String server;

    @Option(
            names = "--vllm-model-folder",
            paramLabel = "FOLDER",
            description = "The model folder that the vLLM server was started on: a copy of the run's base model. Its"
                    + " weights are replaced by each checkpoint's.")
    private @Nullable Path folder;

    @Option(
            names = "--vllm-requests",
            paramLabel = "N",
            defaultValue = "256",
            description = "Completions asked of it at once, at most (default: ${DEFAULT-VALUE}).")
    private int requests = 256;

    /// The server that the options name, if they name one.
    ///
    /// @param models folder below which runs name models
    /// @param deadline longest time for each request
    /// @throws UserError if the options cannot be used
    Optional<VllmSettings> settings(Path models, Duration deadline, Map<String, String> environment) {
        if (server == null && folder == null) {
            return Optional.empty();
        }
        if (server == null || folder == null) {
            throw unusable("--vllm and --vllm-model-folder belong together; give both");
        }
        try {
            VllmSettings settings = VllmSettings.of(server, folder, requests, deadline, environment);
            if (settings.folder().startsWith(models.toAbsolutePath().normalize())) {
                throw unusable(
                        "the weights in %s would be replaced, and runs name it as a model; give a copy of it elsewhere"
                                .formatted(settings.folder()));
            }
            return Optional.of(settings);
        } catch (IllegalArgumentException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    private static UserError unusable(String message) {
        return new UserError(message, ExitCode.BAD_INPUT);
    }
}
