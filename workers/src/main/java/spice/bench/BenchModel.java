package spice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import spice.model.ModelFolder;

/// Makes models with random weights.
final class BenchModel {
    private static final String TOKENIZER = "tokenizer.json";
    private static final long SEED = 1;

    private BenchModel() {}

    /// Makes a model in a folder.
    ///
    /// @param tokenizerOf folder of a model whose tokenizer is copied: our side opens only complete models, though
    ///     the bench reads no text
    static Path create(Path folder, Shape shape, Path tokenizerOf) {
        try {
            Files.createDirectories(folder);
            ModelFolder.create(folder, shape.model(), SEED);
            Files.copy(tokenizerOf.resolve(TOKENIZER), folder.resolve(TOKENIZER));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a model to %s".formatted(folder), e);
        }
    }
}
