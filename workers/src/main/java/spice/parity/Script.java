package spice.parity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import spice.bench.Python;
import spice.local.UserError;

/// `fixtures.py`, run by a Python that has transformers.
///
/// @param folder takes the script, what it says beside its results, and what it makes
record Script(Python python, Path folder) {
    private static final String NAME = "fixtures.py";
    private static final int LAST_LINES = 5;

    /// What the script does.
    enum Mode {
        MAKE,
        CHECK;

        private String argument() {
            return switch (this) {
                case MAKE -> "make";
                case CHECK -> "check";
            };
        }
    }

    /// Runs to its end.
    ///
    /// @param line takes each line of results as it comes
    void run(Mode mode, Path models, Consumer<String> line) throws InterruptedException {
        Path script = folder.resolve(NAME);
        Path log = folder.resolve(mode.argument() + ".log");
        try {
            unpack(script);
            Process process = new ProcessBuilder(
                            python.program(), script.toString(), mode.argument(), models.toString())
                    .redirectError(log.toFile())
                    .start();
            process.getOutputStream().close();
            process.inputReader(StandardCharsets.UTF_8).lines().forEach(line);
            int code = process.waitFor();
            if (code != 0) {
                throw new UserError("%s %s ended with code %d: %s. All that it said is in %s"
                        .formatted(NAME, mode.argument(), code, lastLines(log), log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run %s".formatted(script), e);
        }
    }

    /// The lines of results.
    List<String> lines(Mode mode, Path models) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        run(mode, models, lines::add);
        return lines;
    }

    private static void unpack(Path script) throws IOException {
        Files.createDirectories(script.getParent());
        try (InputStream text = Script.class.getResourceAsStream(NAME)) {
            if (text == null) {
                throw new IllegalStateException("the resource %s is missing from the class path".formatted(NAME));
            }
            Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String lastLines(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
