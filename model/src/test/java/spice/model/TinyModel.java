package spice.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Small random models with a tokenizer of one word per token, for tests here and in the modules above.
public final class TinyModel {
    private TinyModel() {}

    /// Two layers, sixteen wide, four heads on two key heads, a tied head.
    public static ModelConfig config() {
        return new ModelConfig(12, 16, 24, 2, 4, 2, 4, 64, 10_000, 1e-6, true, 0);
    }

    /// The same with an output head of its own and a key head for each head.
    public static ModelConfig untied() {
        return new ModelConfig(12, 16, 24, 2, 4, 4, 6, 64, 10_000, 1e-6, false, 0);
    }

    /// Qwen2: biases on queries, keys and values, no norms of them; two stop tokens.
    public static ModelConfig qwen2() {
        return new ModelConfig(
                Family.QWEN2,
                12,
                16,
                24,
                2,
                4,
                2,
                4,
                64,
                new Rope(10_000, new RopeScaling.Linear(2)),
                1e-6,
                true,
                new Biases(true, false, false),
                List.of(0, 7));
    }

    /// Llama with every bias that it can have and heads wider than E / H.
    public static ModelConfig llama() {
        return new ModelConfig(
                Family.LLAMA,
                12,
                16,
                24,
                2,
                4,
                1,
                6,
                64,
                new Rope(500, new RopeScaling.Llama3(4, 1, 4, 32)),
                1e-5,
                false,
                new Biases(true, true, true),
                List.of(0));
    }

    /// Qwen3 with biases and YaRN.
    public static ModelConfig yarn() {
        return new ModelConfig(
                Family.QWEN3,
                12,
                16,
                24,
                2,
                4,
                2,
                8,
                64,
                new Rope(100, new RopeScaling.Yarn(4, 3, 1, 16, 1.2, true)),
                1e-6,
                true,
                new Biases(true, true, false),
                List.of(0));
    }

    /// The size of the nano model, with room for a vocabulary of 45.
    public static ModelConfig nano() {
        return new ModelConfig(45, 128, 352, 4, 4, 4, 32, 192, 10_000, 1e-6, true, 0);
    }

    /// Weights that are large enough for every part of the decoder to matter: fresh ones leave attention nearly
    /// even and the logits nearly equal, and hide mistakes.
    static Map<String, HostTensor> weights(ModelConfig config, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        WeightTable.of(config).forEach((name, shape) -> {
            float[] values = new float[(int) HostTensor.size(shape)];
            int middle = shape.length == 1 && !name.endsWith(".bias") ? 1 : 0;
            double deviation = shape.length == 1 ? 0.3 : 1.2 / Math.sqrt(shape[1]);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (middle + deviation * random.nextGaussian());
            }
            weights.put(name, new HostTensor(shape, values));
        });
        return weights;
    }

    /// A folder with lively weights and a tokenizer whose token i is the word `w<i>`, apart from the first stop
    /// token, `<eos>`.
    public static Path create(Path folder, ModelConfig config, long seed) {
        ModelFolder.write(folder, config, weights(config, seed), Map.of(ModelFolder.TOKENIZER, tokenizer(config)));
        return folder;
    }

    /// A model that practically never draws its stop token at a low temperature: of two other tokens' logits one
    /// is the other's negative, so that one of them is above the stop token's, which is 0.
    public static Path createTireless(Path folder, int positions) {
        ModelConfig config = new ModelConfig(12, 16, 24, 2, 4, 2, 4, positions, 10_000, 1e-6, false, 0);
        Map<String, HostTensor> weights = weights(config, 1);
        float[] head = weights.get(WeightTable.OUTPUT_HEAD).values();
        for (int i = 0; i < config.hiddenSize(); i++) {
            head[i] = 0;
            head[2 * config.hiddenSize() + i] = -head[config.hiddenSize() + i];
        }
        ModelFolder.write(folder, config, weights, Map.of(ModelFolder.TOKENIZER, tokenizer(config)));
        return folder;
    }

    private static byte[] tokenizer(ModelConfig config) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < config.vocabularySize(); i++) {
            words.add("\"" + word(config, i) + "\": " + i);
        }
        return """
                {
                  "version": "1.0",
                  "added_tokens": [{
                    "id": %d, "content": "<eos>", "special": true,
                    "single_word": false, "lstrip": false, "rstrip": false, "normalized": false
                  }],
                  "pre_tokenizer": {"type": "WhitespaceSplit"},
                  "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "%s"}
                }
                """.formatted(config.stopTokens().getFirst(), String.join(", ", words), word(config, 1))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String word(ModelConfig config, int token) {
        return token == config.stopTokens().getFirst() ? "<eos>" : "w" + token;
    }
}
