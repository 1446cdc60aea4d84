package spice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import spice.program.ExitCode;
import spice.program.UserError;

/// A folder of documents named on the command line, which is checked before anything is started for it.
final class CorpusArgument {
    private CorpusArgument() {}

    /// The folder's absolute path.
    ///
    /// @throws UserError if it cannot be read, or is empty
    static Path checked(Path named) {
        Path folder = named.toAbsolutePath().normalize();
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findFirst().isEmpty()) {
                throw new UserError("%s is empty; put documents there".formatted(folder), ExitCode.BAD_INPUT);
            }
            return folder;
        } catch (IOException e) {
            throw new UserError(
                    "%s is not a folder that can be read; give --corpus one".formatted(folder), ExitCode.BAD_INPUT);
        }
    }
}
