package spice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Python that has torch.
///
/// @param program the interpreter
/// @param torch its version of torch
public record Python(String program, String torch) {
    private static final int PATIENCE_SECONDS = 60;
    private static final String SCRIPT = "peer.py";

    /// What we set for our own processes and a Python is not started with: each side has what suits it.
    static final List<String> OURS_ALONE = List.of("OMP_WAIT_POLICY", "MALLOC_ARENA_MAX");

    /// Whether torch can be had, or why not.
    public sealed interface Found {
        record Yes(Python python) implements Found {}

        /// There is none that will do.
        ///
        /// @param reason in a few words
        record No(String reason) implements Found {}
    }

    /// Asks an interpreter for torch.
    public static Found find(String program) {
        try {
            Process process = new ProcessBuilder(program, "-c", "import torch; print(torch.__version__)")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            List<String> said =
                    process.inputReader(StandardCharsets.UTF_8).lines().toList();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Found.No("%s did not import torch within %d s".formatted(program, PATIENCE_SECONDS));
            }
            return process.exitValue() == 0
                    ? new Found.Yes(new Python(program, said.getLast()))
                    : new Found.No(
                            "%s cannot import torch (%s)".formatted(program, said.isEmpty() ? "" : said.getLast()));
        } catch (IOException e) {
            return new Found.No("there is no %s".formatted(program));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Found.No("interrupted");
        }
    }

    /// The command that runs our script on a job. The script is written beside the job.
    List<String> peer(Path job) {
        Path script = job.resolveSibling(SCRIPT);
        try (InputStream text = Python.class.getResourceAsStream(SCRIPT)) {
            if (text == null) {
                throw new IllegalStateException("the resource %s is missing from the class path".formatted(SCRIPT));
            }
            Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(script), e);
        }
        return List.of(program, script.toString(), job.toString());
    }
}
