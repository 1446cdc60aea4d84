package spice.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Small random models with a tokenizer of one word per token, for tests here and in the modules above.
public final class TinyModel {
    private TinyModel() {}

    /// Qwen3 with two layers of width 16, four query heads on two key heads, and a tied output head.
    public static ModelConfig config() {
        return new ModelConfig(12, 16, 24, 2, 4, 2, 4, 64, 10_000, 1e-6, true, 0);
    }

    /// Qwen3 with an output head of its own and a key head for each query head.
    public static ModelConfig untied() {
        return new ModelConfig(12, 16, 24, 2, 4, 4, 6, 64, 10_000, 1e-6, false, 0);
    }

    /// Qwen2: biases on queries, keys and values, without norms of queries and keys; two stop tokens.
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

    /// Llama with every possible bias and heads wider than E / H.
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

    /// The nano model's size, with a vocabulary of 45.
    public static ModelConfig nano() {
        return new ModelConfig(45, 128, 352, 4, 4, 4, 32, 192, 10_000, 1e-6, true, 0);
    }

    /// Weights large enough for every part of the decoder to matter. Fresh weights leave attention nearly uniform
    /// and the logits nearly equal, which hides mistakes.
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

    /// Writes a folder with large weights and a tokenizer whose token i is the word `w<i>`, except for the first
    /// stop token, which is `<eos>`.
    public static Path create(Path folder, ModelConfig config, long seed) {
        write(folder, config, weights(config, seed));
        return folder;
    }

    private static void write(Path folder, ModelConfig config, Map<String, HostTensor> weights) {
        ModelFolder.write(folder, config, weights, Map.of(ModelFolder.TOKENIZER, tokenizer(config)), Dtype.FLOAT32);
    }

    /// Opens a folder for sampling in float32 on one thread of the processor.
    public static LanguageModel open(Path folder) {
        return LanguageModel.open(folder, Dtype.FLOAT32, 1, Devices.CPU);
    }

    /// Opens a folder for training on the processor, with moments of zero and no pulse.
    public static Learner learner(Path folder, LearnerSettings settings) {
        return Learner.open(folder, Optional.empty(), settings, Devices.CPU, Pulse.NONE);
    }

    /// A decoder of these weights on the processor, without adapters.
    static Decoder decoder(ModelConfig config, Map<String, HostTensor> weights, DataType type) {
        return new Decoder(config, weights, type, Device.cpu(), Optional.empty());
    }

    /// Writes a model that practically never draws its stop token at a low temperature. The stop token's logit is
    /// 0, and two other tokens have opposite logits, so one of them is above it.
    public static Path createTireless(Path folder, int positions) {
        ModelConfig config = new ModelConfig(12, 16, 24, 2, 4, 2, 4, positions, 10_000, 1e-6, false, 0);
        Map<String, HostTensor> weights = weights(config, 1);
        float[] head = weights.get(WeightTable.OUTPUT_HEAD).values();
        for (int i = 0; i < config.hiddenSize(); i++) {
            head[i] = 0;
            head[2 * config.hiddenSize() + i] = -head[config.hiddenSize() + i];
        }
        write(folder, config, weights);
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
