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
    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";
    static final String TOKENIZER = "tokenizer.json";
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    static final String GENERATION_CONFIG = "generation_config.json";

    /// The names of the files of a model folder. The last two are for other programs and may be missing.
    public static final List<String> FILES = List.of(CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG, GENERATION_CONFIG);

    /// The usual deviation of fresh weights in models of this family.
    private static final double DEVIATION = 0.02;

    private ModelFolder() {}

    /// Writes a fresh model: `config.json`, `generation_config.json` and random weights in `model.safetensors`,
    /// which are the same bytes for the same config and seed. Matrices are normal with deviation 0.02, those that
    /// add to the residual stream divided by sqrt(2 layers) (GPT-2), norms are one. The tokenizer files are the
    /// caller's.
    public static void create(Path folder, ModelConfig config, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        WeightTable.of(config).forEach((name, shape) -> {
            float[] values = new float[Math.toIntExact(HostTensor.size(shape))];
            boolean residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
            double deviation = residual ? DEVIATION / Math.sqrt(2.0 * config.layers()) : DEVIATION;
            for (int i = 0; i < values.length; i++) {
                values[i] = shape.length == 1 ? 1 : (float) (deviation * random.nextGaussian());
            }
            weights.put(name, new HostTensor(shape, values));
        });
        write(folder, config, weights, Map.of());
    }

    /// The folder's tokenizer alone, for counting tokens without opening the weights.
    ///
    /// @throws ModelException if a file is missing or damaged
    public static HuggingFaceCodec codec(Path folder) {
        return HuggingFaceCodec.open(
                folder.resolve(TOKENIZER),
                ConfigFile.read(folder.resolve(CONFIG)).stopToken());
    }

    /// Writes a model, the weights last, so that a folder with weights is a whole one.
    static void write(
            Path folder, ModelConfig config, Map<String, HostTensor> weights, Map<String, byte[]> tokenizerFiles) {
        config.write(folder.resolve(CONFIG));
        ConfigFile.writeGeneration(folder.resolve(GENERATION_CONFIG), config);
        tokenizerFiles.forEach((name, content) -> WholeFile.write(folder.resolve(name), content));
        SafeTensors.write(folder.resolve(WEIGHTS), weights);
    }

    /// The tokenizer's files of a folder, as they are.
    static Map<String, byte[]> tokenizerFiles(Path folder) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : List.of(TOKENIZER, TOKENIZER_CONFIG)) {
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
        Path file = folder.resolve(WEIGHTS);
        Map<String, HostTensor> found = SafeTensors.read(file);
        Map<String, long[]> table = WeightTable.of(config);
        Map<String, HostTensor> weights = WeightTable.pick(found, table, file);
        WeightTable.refuseOthers(found, table, file);
        return weights;
    }
}
