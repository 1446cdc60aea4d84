package spice.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A model as files in Hugging Face layout.
public final class ModelFolder {
    /// The folder inside a model's folder that holds the adapter and its base, if adapters learned.
    public static final String ADAPTER = "adapter";

    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";
    static final String TOKENIZER = "tokenizer.json";
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    static final String GENERATION_CONFIG = "generation_config.json";

    /// The names of the files of a model folder. The last two may be missing. A large model has its weights in
    /// several files, which an index names.
    public static final List<String> FILES = List.of(CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG, GENERATION_CONFIG);

    /// The files beside the weights, without texts for people.
    private static final List<String> COMPANIONS = List.of(
            CONFIG,
            GENERATION_CONFIG,
            TOKENIZER,
            TOKENIZER_CONFIG,
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja");

    /// The usual deviation of fresh weights in models of this family.
    private static final double DEVIATION = 0.02;

    private ModelFolder() {}

    /// Writes a fresh model: `config.json`, `generation_config.json` and random weights in `model.safetensors`.
    /// The same config and seed give the same bytes. Matrices are normal with deviation 0.02, divided by sqrt(2
    /// layers) for those that add to the residual stream (GPT-2); norms are one, biases zero. The caller adds the
    /// tokenizer files.
    public static void create(Path folder, ModelConfig config, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        WeightTable.of(config).forEach((name, shape) -> {
            boolean residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
            double deviation = residual ? DEVIATION / Math.sqrt(2.0 * config.layers()) : DEVIATION;
            weights.put(
                    name,
                    new HostTensor(
                            shape, (from, to) -> fresh(name, shape, Math.toIntExact(to - from), deviation, random)));
        });
        write(folder, config, weights, Map.of(), Dtype.FLOAT32);
    }

    /// The next values of a tensor; callers ask for them in order.
    private static float[] fresh(String name, long[] shape, int count, double deviation, RandomGenerator random) {
        float[] values = new float[count];
        float ofVector = name.endsWith(".bias") ? 0 : 1;
        for (int i = 0; i < values.length; i++) {
            values[i] = shape.length == 1 ? ofVector : (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /// The shape of a folder's model.
    ///
    /// @throws ModelException if a file is missing or damaged, or the model is not supported
    public static ModelConfig config(Path folder) {
        return ConfigFile.read(folder.resolve(CONFIG));
    }

    /// Opens the folder's tokenizer without the weights.
    ///
    /// @throws ModelException if a file is missing or damaged
    public static HuggingFaceCodec codec(Path folder) {
        ModelConfig config = config(folder);
        return HuggingFaceCodec.open(folder.resolve(TOKENIZER), config.stopTokens());
    }

    /// Writes a model, the weights last, so that a folder with weights is complete.
    ///
    /// @param companions the other files; config and generation config are made from `config` where they are
    ///     missing
    /// @param dtype of the weights in the file; the config names it, so that other programs load them in it
    static void write(
            Path folder,
            ModelConfig config,
            Map<String, HostTensor> weights,
            Map<String, byte[]> companions,
            Dtype dtype) {
        ConfigFile.write(folder.resolve(CONFIG), config);
        ConfigFile.writeGeneration(folder.resolve(GENERATION_CONFIG), config);
        companions.forEach((name, content) -> FlushedFile.write(
                folder.resolve(name), name.equals(CONFIG) ? ConfigFile.withType(content, dtype.word()) : content));
        SafeTensors.write(folder.resolve(WEIGHTS), weights, dtype);
    }

    /// The files of a folder beside the weights, unchanged: a trained model keeps them from the model that it came
    /// from.
    static Map<String, byte[]> companions(Path folder) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : COMPANIONS) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                try {
                    files.put(name, Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read " + file, e);
                }
            }
        }
        return files;
    }

    /// The weights of a folder, checked against its config, in the order of [WeightTable].
    static Map<String, HostTensor> weights(Path folder, ModelConfig config) {
        Path file = WeightFiles.named(folder);
        Map<String, HostTensor> found = WeightFiles.read(folder);
        Map<String, long[]> table = WeightTable.of(config);
        Map<String, HostTensor> weights = WeightTable.pick(found, table, file);
        WeightTable.refuseOthers(found, table, file);
        return weights;
    }
}
