package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// An adapter beside the weights that it stands on: a folder below the model's own, as PEFT writes it.
///
/// The base is the same file in every checkpoint, which a store keeps once. It is not merged with the adapter:
/// rounded to bfloat16, the sum would lose most of what was learned. It is not called `model.safetensors` either,
/// so that no program takes it for the policy, not even an older version of this one, which wrote the sum there.
/// Folders that people bring, exported ones too, have the base there.
final class AdapterFolder {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    static final String BASE = "base.safetensors";

    /// Options of PEFT that make another function of the same numbers.
    private static final List<String> OTHER_KINDS = List.of(
            "bias",
            "fan_in_fan_out",
            "use_rslora",
            "use_dora",
            "rank_pattern",
            "alpha_pattern",
            "layers_to_transform",
            "layer_replication",
            "modules_to_save",
            "trainable_token_indices");

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private AdapterFolder() {}

    /// Whether a model's folder has an adapter.
    static boolean isIn(Path model) {
        return Files.exists(model.resolve(ModelFolder.ADAPTER).resolve(CONFIG));
    }

    /// The base weights, without the adapter.
    static Map<String, HostTensor> base(Path model, ModelConfig config) {
        Path file = base(model);
        return Files.exists(file)
                ? WeightTable.pick(SafeTensors.read(file), WeightTable.of(config), file)
                : ModelFolder.weights(model, config);
    }

    static Path base(Path model) {
        return model.resolve(ModelFolder.ADAPTER).resolve(BASE);
    }

    /// Refuses a model whose adapter has another rank, alpha or other targets than those asked for.
    static void check(Path model, Lora asked) {
        Lora found = lora(model);
        if (!words(found).equals(words(asked))) {
            throw new ModelException(
                    "the adapter in %s has %s; the run asks for %s. Set loraRank, loraAlpha and loraTargets to what the checkpoint has, or start from a model without an adapter"
                            .formatted(model.resolve(ModelFolder.ADAPTER), words(found), words(asked)));
        }
    }

    /// The adapter of a model's folder.
    ///
    /// @throws ModelException if it is damaged, or of a kind that is not known here
    static Decoder.Adapted read(Path model, ModelConfig config) {
        Lora lora = lora(model);
        Path file = model.resolve(ModelFolder.ADAPTER).resolve(WEIGHTS);
        Map<String, HostTensor> found = SafeTensors.read(file);
        Map<String, long[]> table = Adapters.table(config, lora);
        Map<String, HostTensor> values = WeightTable.pick(found, table, file);
        if (found.size() > table.size()) {
            List<String> others = new ArrayList<>(found.keySet());
            others.removeAll(table.keySet());
            throw new ModelException(
                    "%s holds %d tensors that %s does not name, first %s. Take both files from the same adapter"
                            .formatted(file, others.size(), CONFIG, others.getFirst()));
        }
        return new Decoder.Adapted(lora, values);
    }

    private static Lora lora(Path model) {
        Path file = model.resolve(ModelFolder.ADAPTER).resolve(CONFIG);
        JsonNode json = config(file);
        refuseOtherKinds(file, json);
        try {
            return new Lora(
                    json.path("r").asInt(),
                    json.path("lora_alpha").asDouble(),
                    StreamSupport.stream(json.path("target_modules").spliterator(), false)
                            .map(target -> AdaptedMatrix.valueOf(target.asText().toUpperCase(Locale.ROOT)))
                            .collect(Collectors.toSet()),
                    0);
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    "%s is not a LoRA adapter of this program: %s. Merge the adapter into its model with PEFT"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static JsonNode config(Path file) {
        return JsonFile.read(file)
                .orElseThrow(() -> new ModelException(file + " is missing; copy or download the adapter again"));
    }

    /// Refuses what PEFT would compute and the decoder would not.
    private static void refuseOtherKinds(Path file, JsonNode json) {
        for (String option : OTHER_KINDS) {
            JsonNode value = json.path(option);
            boolean isOff = value.isMissingNode()
                    || value.isNull()
                    || value.equals(BooleanNode.FALSE)
                    || (value.isContainerNode() && value.isEmpty())
                    || value.asText().equals("none");
            if (!isOff) {
                throw new ModelException(
                        "%s: %s is %s, which is not computed here. Take a plain LoRA adapter, or merge it into its model"
                                .formatted(file, option, value));
            }
        }
    }

    private static String words(Lora lora) {
        return "rank %d, alpha %s and targets %s".formatted(lora.rank(), lora.alpha(), targets(lora));
    }

    private static Set<String> targets(Lora lora) {
        return lora.targets().stream().map(AdaptedMatrix::target).collect(Collectors.toCollection(TreeSet::new));
    }

    /// Writes all three files below a model's folder, the adapter in float32 as it was learned.
    ///
    /// @param dtype of the base
    static void write(
            Path model, Lora lora, Map<String, HostTensor> adapter, Map<String, HostTensor> base, Dtype dtype) {
        Path folder = model.resolve(ModelFolder.ADAPTER);
        SafeTensors.write(base(model), base, dtype);
        SafeTensors.write(folder.resolve(WEIGHTS), adapter, Dtype.FLOAT32);
        FlushedFile.write(folder.resolve(CONFIG), config(lora));
    }

    /// `adapter_config.json` as PEFT writes it. In an exported model the base is the folder above.
    private static byte[] config(Lora lora) {
        ObjectNode json = JSON.createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", "..");
        json.put("r", lora.rank());
        json.put("lora_alpha", lora.alpha());
        json.put("lora_dropout", 0.0);
        targets(lora).forEach(json.putArray("target_modules")::add);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("use_rslora", false);
        json.put("use_dora", false);
        json.put("inference_mode", true);
        try {
            return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
    }
}
