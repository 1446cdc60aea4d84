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
public record Script(Python python, Path folder) {
    private static final String NAME = "fixtures.py";
    private static final int LAST_LINES = 5;

    /// What the script does.
    public enum Mode {
        MAKE,
        CHECK,
        OPEN;

        private String argument() {
            return switch (this) {
                case MAKE -> "make";
                case CHECK -> "check";
                case OPEN -> "open";
            };
        }
    }

    /// Runs to its end.
    ///
    /// @param line takes each line of results as it comes
    /// @param more arguments of this mode
    void run(Mode mode, Path models, Consumer<String> line, String... more) throws InterruptedException {
        Path script = folder.resolve(NAME);
        Path log = folder.resolve(mode.argument() + ".log");
        try {
            unpack(script);
            List<String> command =
                    new ArrayList<>(List.of(python.program(), script.toString(), mode.argument(), models.toString()));
            command.addAll(List.of(more));
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
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
    public List<String> lines(Mode mode, Path models, String... more) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        run(mode, models, lines::add, more);
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
