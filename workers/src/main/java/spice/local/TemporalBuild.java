package spice.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import spice.processes.AtExit;

/// Builds a Temporal binary from its Go module, which takes minutes.
final class TemporalBuild {
    private TemporalBuild() {}

    /// Builds the binary and keeps it.
    ///
    /// @param environment with the `PATH` on which `go` is found
    /// @param say takes a line of progress every few seconds
    /// @return path of the binary
    /// @throws IOException if the build fails, with the reason in one line
    static Path run(LocalSettings settings, Map<String, String> environment, Consumer<String> say) throws IOException {
        Path target = settings.keptTemporal();
        Path script = settings.temporalModule().resolve("build");
        if (!Files.isExecutable(script)) {
            throw new IOException("there is no %s to build it with".formatted(script));
        }
        ProcessBuilder builder = new ProcessBuilder(script.toString(), target.toString()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process build = builder.start();
        // If our program is stopped during the build, the compiler must not run on.
        try (AtExit _ = AtExit.run(() -> stop(build));
                BufferedReader lines = build.inputReader()) {
            build.getOutputStream().close();
            String last = "its build said nothing";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                say.accept(line);
            }
            if (build.waitFor() != 0) {
                throw new IOException(last);
            }
            return target;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("its build was interrupted", e);
        } finally {
            stop(build);
        }
    }

    private static void stop(Process build) {
        build.descendants().forEach(ProcessHandle::destroy);
        build.destroy();
    }
}
