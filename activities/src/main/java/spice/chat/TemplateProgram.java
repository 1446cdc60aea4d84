package spice.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import spice.model.ModelException;
import spice.store.Json;

/// The program that reads a model's chat template, in a JVM of its own: `TemplateProgram FOLDER STOP-TOKEN...`. The
/// folder holds the model's files; the result is written there.
public final class TemplateProgram {
    static final String RESULT = "reading";

    private TemplateProgram() {}

    /// Reads the template.
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<Integer> stopTokens =
                Arrays.stream(arguments).skip(1).map(Integer::valueOf).toList();
        Files.write(folder.resolve(RESULT), Json.bytes(reading(folder, stopTokens)));
    }

    private static TemplateReading reading(Path folder, List<Integer> stopTokens) {
        try {
            return new TemplateReading(
                    Optional.of(ChatTemplateReader.texts(name -> file(folder, name), stopTokens)), "");
        } catch (ModelException e) {
            return TemplateReading.refused(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            return TemplateReading.refused(ChatTemplateReader.unusable("it is nested too deeply"));
        }
    }

    private static Optional<byte[]> file(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
