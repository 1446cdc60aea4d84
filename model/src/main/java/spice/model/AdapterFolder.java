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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// An adapter beside the model that it is merged into: a folder that PEFT loads, and the base weights.
///
/// The model's own `model.safetensors` has the adapter merged into it, so that every program that opens the folder
/// gets the policy and not the base. Learning continues from base and adapter, which cannot be recovered from
/// their sum. The base is the same file in every checkpoint, and a store keeps it once.
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
        Path file = model.resolve(ModelFolder.ADAPTER).resolve(BASE);
        return WeightTable.pick(SafeTensors.read(file), WeightTable.of(config), file);
    }

    /// The adapter of a model's folder.
    ///
    /// @throws ModelException if its rank, alpha or targets differ from those asked for
    static Map<String, HostTensor> read(Path model, ModelConfig config, Lora lora) {
        Path folder = model.resolve(ModelFolder.ADAPTER);
        JsonNode json = config(folder.resolve(CONFIG));
        refuseOtherKinds(folder, json);
        String asked = words(lora.rank(), lora.alpha(), targets(lora));
        String found =
                words(json.path("r").asInt(), json.path("lora_alpha").asDouble(), texts(json.path("target_modules")));
        if (!found.equals(asked)) {
            throw new ModelException(
                    "the adapter in %s has %s; the run asks for %s. Set loraRank, loraAlpha and loraTargets to what the checkpoint has, or start from a model without an adapter"
                            .formatted(folder, found, asked));
        }
        Path file = folder.resolve(WEIGHTS);
        return WeightTable.pick(SafeTensors.read(file), Adapters.table(config, lora), file);
    }

    private static JsonNode config(Path file) {
        return JsonFile.read(file)
                .orElseThrow(() -> new ModelException(file + " is missing; copy or download the adapter again"));
    }

    /// Refuses what PEFT would compute and the decoder would not.
    private static void refuseOtherKinds(Path folder, JsonNode json) {
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
                                .formatted(folder.resolve(CONFIG), option, value));
            }
        }
    }

    private static String words(int rank, double alpha, Set<String> targets) {
        return "rank %d, alpha %s and targets %s".formatted(rank, alpha, targets);
    }

    private static Set<String> targets(Lora lora) {
        return lora.targets().stream().map(AdaptedMatrix::target).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new TreeSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /// Writes all three files below a model's folder.
    ///
    /// @param dtype of the base's and the adapter's numbers
    static void write(
            Path model, Lora lora, Dtype dtype, Map<String, HostTensor> adapter, Map<String, HostTensor> base) {
        Path folder = model.resolve(ModelFolder.ADAPTER);
        SafeTensors.write(folder.resolve(BASE), base, dtype);
        SafeTensors.write(folder.resolve(WEIGHTS), adapter, dtype);
        FlushedFile.write(folder.resolve(CONFIG), config(lora));
    }

    /// `adapter_config.json` as PEFT writes it. The base's name only informs people; PEFT is given the base itself.
    private static byte[] config(Lora lora) {
        ObjectNode json = JSON.createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", BASE);
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
