package spice.bench;

import java.util.List;
import java.util.Optional;
import spice.model.ModelConfig;

/// A size of model, and the amount of work to measure it with. Each measurement takes some seconds on two cores.
///
/// @param name rounded number of parameters
/// @param sequences B of a gradient update, with [#LENGTH] trained tokens each
/// @param updates in one measurement of training
/// @param prompts for each thread, each with [#COMPLETIONS] completions
/// @param batches sampled in one measurement
public record Shape(String name, ModelConfig model, int sequences, int updates, int prompts, int batches) {
    /// Trained tokens of a sequence.
    static final int LENGTH = 256;
    /// Tokens of a prompt.
    static final int PROMPT = 64;
    /// Completions of a prompt: the group of eight that the presets sample.
    static final int COMPLETIONS = 8;
    /// Most tokens of a completion. With thousands of equally likely tokens, hardly any completion stops before.
    static final int NEW_TOKENS = 64;

    private static final int POSITIONS = 512;

    /// From the nano model's shape to the largest that learns on a few cores within a day, and two for a GPU.
    static final List<Shape> ALL = List.of(
            new Shape("1M", model(1024, 128, 384, 4, 4, 4, 32), 32, 4, 16, 2),
            new Shape("4M", model(4096, 256, 704, 4, 4, 2, 64), 16, 3, 8, 1),
            new Shape("15M", model(8192, 384, 1024, 8, 6, 2, 64), 8, 2, 4, 1),
            new Shape("60M", model(12288, 768, 2048, 8, 12, 4, 64), 4, 1, 2, 1),
            // The shapes of Qwen3, for a GPU.
            new Shape("0.6B", model(151936, 1024, 3072, 28, 16, 8, 128), 4, 1, 2, 1),
            new Shape("4B", model(151936, 2560, 9728, 36, 32, 8, 128), 4, 1, 2, 1));

    private static ModelConfig model(
            int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int width) {
        return new ModelConfig(
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                width,
                POSITIONS,
                10_000,
                1e-6,
                true,
                0);
    }

    /// The message for a name that no shape has.
    public static String unknown(String name) {
        return "there is no shape %s; take one of %s"
                .formatted(name, ALL.stream().map(Shape::name).toList());
    }

    /// The shape of this name, in any case; empty if there is none.
    public static Optional<Shape> named(String name) {
        return ALL.stream().filter(shape -> shape.name.equalsIgnoreCase(name)).findFirst();
    }
}
