package spice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import spice.model.ModelFolder;

/// A fresh model of a shape, as a folder.
final class BenchModel {
    private static final String TOKENIZER = "tokenizer.json";
    private static final long SEED = 1;

    private BenchModel() {}

    /// @param tokenizerOf a model whose tokenizer is put beside the weights, for our side opens only whole models;
    ///     no text is read here
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
