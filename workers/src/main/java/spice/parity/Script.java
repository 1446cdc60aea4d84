package spice.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import spice.bench.Python;
import spice.processes.LogFile;
import spice.program.UserError;

/// Runs `fixtures.py`.
///
/// @param python with torch and transformers
/// @param folder for the script and its logs
public record Script(Python python, Path folder) {
    private static final String NAME = "fixtures.py";
    private static final int LAST_LINES = 5;

    /// A command of the script; its docstring describes them.
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

    /// Runs the script to its end.
    ///
    /// @param models folder that the script works on
    /// @param line takes each line of results as it comes
    /// @param more further arguments of this mode
    /// @throws UserError if the script fails
    void run(Mode mode, Path models, Consumer<String> line, String... more) throws InterruptedException {
        Path script = folder.resolve(NAME);
        Path log = folder.resolve(mode.argument() + ".log");
        try {
            Python.unpack(script, Script.class);
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
                        .formatted(NAME, mode.argument(), code, new LogFile(log).tail(LAST_LINES), log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run %s".formatted(script), e);
        }
    }

    /// Runs the script to its end, and returns the lines of results.
    ///
    /// @param models folder that the script works on
    /// @param more further arguments of this mode
    /// @throws UserError if the script fails
    public List<String> lines(Mode mode, Path models, String... more) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        run(mode, models, lines::add, more);
        return lines;
    }
}
