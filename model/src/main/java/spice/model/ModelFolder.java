package spice.model;

import static java.util.Objects.requireNonNull;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A model as files in Hugging Face layout.
public final class ModelFolder {
    /// The folder inside a model's folder that holds the adapter, if adapters learned.
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

    /// Most bytes of a file beside the weights. The tokenizers of published models take up to 35 MB.
    public static final long LARGEST_COMPANION = 64L << 20;

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
        writeCompanions(folder, config, companions, dtype);
        SafeTensors.write(folder.resolve(WEIGHTS), weights, dtype);
    }

    /// Writes what stands beside the weights.
    ///
    /// @param dtype of the weights
    static void writeCompanions(Path folder, ModelConfig config, Map<String, byte[]> companions, Dtype dtype) {
        ConfigFile.write(folder.resolve(CONFIG), config);
        ConfigFile.writeGeneration(folder.resolve(GENERATION_CONFIG), config);
        companions.forEach((name, content) -> FlushedFile.write(
                folder.resolve(name), name.equals(CONFIG) ? ConfigFile.withType(content, dtype.word()) : content));
    }

    /// The files of a folder beside the weights, unchanged: a trained model keeps them from the model that it came
    /// from.
    static Map<String, byte[]> companions(Path folder) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        long room = 2 * LARGEST_COMPANION;
        for (String name : COMPANIONS) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                try {
                    JsonFile.requireSize(file, Math.min(room, LARGEST_COMPANION));
                    files.put(name, Files.readAllBytes(file));
                    room -= Files.size(file);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read " + file, e);
                }
            }
        }
        return files;
    }

    /// Checks a file that a person brought before it is stored: JSON files hold an object, the headers of weights
    /// are sound, all others have a bounded size.
    ///
    /// @throws ModelException if the file cannot be used
    public static void check(Path file) {
        String name = file.getFileName().toString();
        if (name.endsWith(".safetensors")) {
            StoredTensor.of(file);
            return;
        }
        try {
            JsonFile.requireSize(file, LARGEST_COMPANION);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (name.endsWith(".json")) {
            JsonFile.forEachField(file, (_, value) -> value.skipChildren());
        }
    }

    /// Checks that config and weights fit together, by the weights' headers and, where two tensors must be equal,
    /// their bytes.
    ///
    /// @return what the files hold and nothing here uses, one line for each file
    /// @throws ModelException if they do not fit, or the model is not supported
    public static List<String> unused(Path folder) {
        List<String> unused = new ArrayList<>(unusedFields(folder));
        ModelConfig config = config(folder);
        StoredTensor head = stored(folder, config).get(WeightTable.OUTPUT_HEAD);
        if (config.tiedEmbeddings() && head != null) {
            unused.add("%s in %s, which is the same as %s"
                    .formatted(head.name(), head.file().getFileName(), WeightTable.EMBEDDING));
        }
        return unused;
    }

    /// Reads all weights once, where somebody else computes with them.
    ///
    /// @throws ModelException if they do not fit to the config, or a number is not finite
    public static void checkWeights(Path folder) {
        weights(folder, config(folder)).values().forEach(tensor -> tensor.forEachPart((_, _) -> {}));
    }

    /// The fields of the configs that nothing here uses, one line for each file.
    public static List<String> unusedFields(Path folder) {
        return ConfigFile.unused(folder.resolve(CONFIG));
    }

    /// Whether a folder has an adapter, without which its weights are not what was learned.
    public static boolean hasAdapter(Path folder) {
        return AdapterFolder.isIn(folder);
    }

    /// Makes the base of an adapter the folder's weights, so that PEFT and vLLM find a model below the adapter.
    /// Whoever opens the folder without the adapter opens the base.
    public static void placeBase(Path folder) throws IOException {
        Path base = AdapterFolder.base(folder);
        if (Files.exists(base)) {
            Files.move(base, folder.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// Writes a model with its adapter merged into float32 weights, on which nothing of it is lost.
    ///
    /// @throws ModelException if a file is missing, damaged or does not fit the others
    public static void merge(Path folder, Path target) {
        try (Decoder decoder = Decoder.beside(folder, Dtype.FLOAT32, Device.cpu())) {
            write(target, decoder.config(), decoder.merged(), companions(folder), Dtype.FLOAT32);
        }
    }

    /// The weights of a folder, checked against its config, in the order of [WeightTable].
    static Map<String, HostTensor> weights(Path folder, ModelConfig config) {
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        Map<String, StoredTensor> stored = stored(folder, config);
        WeightTable.of(config)
                .keySet()
                .forEach(name ->
                        weights.put(name, requireNonNull(stored.get(name)).onHost()));
        return weights;
    }

    private static Map<String, StoredTensor> stored(Path folder, ModelConfig config) {
        Map<String, StoredTensor> stored = WeightFiles.read(folder);
        Map<String, HostTensor> found = new LinkedHashMap<>();
        stored.forEach((name, tensor) -> found.put(name, tensor.onHost()));
        Path file = WeightFiles.named(folder);
        Map<String, long[]> table = WeightTable.of(config);
        WeightTable.pick(found, table, file);
        WeightTable.refuseOthers(found, table, file);
        if (config.tiedEmbeddings()) {
            WeightTable.refuseAnotherHead(stored);
        }
        return stored;
    }
}
