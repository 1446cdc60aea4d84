package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// `config.json` and `generation_config.json` as Hugging Face writes them for the supported families. A field that
/// asks for mathematics that this module lacks is refused; other unknown fields are named ([UnusedFields]). Missing
/// fields have transformers' defaults.
final class ConfigFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String ARCHITECTURES = "architectures";
    private static final String STOP = "eos_token_id";
    /// Fields that name the weights' type: the newer name, then the older one.
    private static final List<String> TYPE = List.of("dtype", "torch_dtype");

    private static final int QWEN3_HEAD = 128;
    private static final int FIRST_SLIDING_LAYER = 28;
    static final String OTHERS = "Take a dense Qwen3, Qwen2.5 or Llama model that reads text alone";

    private ConfigFile() {}

    /// Reads a model's shape.
    ///
    /// @param file `config.json`; a `generation_config.json` beside it decides the stop tokens
    /// @throws ModelException if a file is not JSON, lacks a field or describes an unsupported model
    static ModelConfig read(Path file) {
        JsonFields fields = fields(file)
                .orElseThrow(() -> new ModelException(file + " is missing; a model folder holds " + ModelFolder.FILES));
        try {
            Optional<JsonFields> generation = fields(file.resolveSibling(ModelFolder.GENERATION_CONFIG));
            return config(
                    fields,
                    generation.filter(others -> others.has(STOP)).orElse(fields).integers(STOP));
        } catch (IllegalArgumentException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    /// Lines that name what the config and the generation config beside it say and nothing here uses.
    ///
    /// @param file `config.json`
    static List<String> unused(Path file) {
        return Stream.of(file, file.resolveSibling(ModelFolder.GENERATION_CONFIG))
                .flatMap(each -> fields(each).stream())
                .filter(fields -> !UnusedFields.named(fields).isEmpty())
                .map(fields -> "%s in %s"
                        .formatted(
                                String.join(", ", UnusedFields.named(fields)),
                                fields.file().getFileName()))
                .toList();
    }

    private static Optional<JsonFields> fields(Path file) {
        return JsonFile.read(file).map(json -> new JsonFields(file, "", json));
    }

    private static ModelConfig config(JsonFields fields, List<Integer> stopTokens) {
        Family family = family(fields);
        refuseUnsupported(fields, family);
        int hidden = fields.integer("hidden_size");
        int heads = fields.integer("num_attention_heads");
        int maxPositions = fields.integer("max_position_embeddings");
        return new ModelConfig(
                family,
                fields.integer("vocab_size"),
                hidden,
                fields.integer("intermediate_size"),
                fields.integer("num_hidden_layers"),
                heads,
                keyValueHeads(fields, family, heads),
                headDimension(fields, family, hidden, heads),
                maxPositions,
                RopeFields.read(fields, maxPositions),
                fields.number("rms_norm_eps", 1e-6),
                fields.flag("tie_word_embeddings", false),
                biases(fields, family),
                stopTokens);
    }

    private static Family family(JsonFields fields) {
        for (String name : List.of("num_experts", "num_local_experts", "n_routed_experts")) {
            if (fields.has(name) && fields.integer(name) > 0) {
                throw fields.unsupported(name, fields.get(name), "It is a mixture of experts. " + OTHERS);
            }
        }
        for (String name : List.of("vision_config", "audio_config", "text_config")) {
            if (fields.has(name)) {
                throw fields.unsupported(name, "there, for more than text", OTHERS);
            }
        }
        if (fields.has(ARCHITECTURES)) {
            String name = fields.get(ARCHITECTURES).path(0).asText();
            return Family.ofArchitecture(name)
                    .orElseThrow(() -> fields.unsupported(ARCHITECTURES, fields.get(ARCHITECTURES), others()));
        }
        return Family.ofModelType(fields.get("model_type").asText())
                .orElseThrow(() -> fields.unsupported("model_type", fields.get("model_type"), others()));
    }

    private static String others() {
        return Arrays.stream(Family.values())
                .map(Family::architecture)
                .collect(Collectors.joining(", ", OTHERS + " (", ")"));
    }

    private static void refuseUnsupported(JsonFields fields, Family family) {
        if (fields.has("hidden_act") && !fields.get("hidden_act").asText().equals("silu")) {
            throw fields.unsupported("hidden_act", fields.get("hidden_act"), OTHERS);
        }
        if (fields.has("quantization_config")) {
            throw fields.unsupported(
                    "quantization_config",
                    fields.get("quantization_config"),
                    "Take the checkpoint whose weights are bfloat16 or float32");
        }
        UnusedFields.refuseOtherMathematics(fields);
        if (family != Family.LLAMA && fields.flag("mlp_bias", false)) {
            throw fields.unsupported("mlp_bias", true, OTHERS);
        }
        if (slides(fields, family)) {
            throw fields.unsupported(
                    "sliding_window",
                    fields.json().path("sliding_window"),
                    "Take a model whose every layer attends to the whole text, or set use_sliding_window to false if your texts are shorter than the window");
        }
    }

    /// Whether some layer attends only to a window. In Llama only the layers' types say so: transformers ignores
    /// the other fields there.
    private static boolean slides(JsonFields fields, Family family) {
        if (fields.has("layer_types")) {
            return StreamSupport.stream(fields.get("layer_types").spliterator(), false)
                    .anyMatch(type -> !type.asText().equals("full_attention"));
        }
        if (family == Family.LLAMA || !fields.flag("use_sliding_window", false)) {
            return false;
        }
        return fields.has("sliding_window")
                && fields.integer("max_window_layers", FIRST_SLIDING_LAYER) < fields.integer("num_hidden_layers");
    }

    private static int keyValueHeads(JsonFields fields, Family family, int heads) {
        return switch (family) {
            case LLAMA -> fields.integer("num_key_value_heads", heads);
            case QWEN2, QWEN3 -> fields.integer("num_key_value_heads");
        };
    }

    private static int headDimension(JsonFields fields, Family family, int hidden, int heads) {
        return switch (family) {
            case QWEN3 -> fields.integer("head_dim", QWEN3_HEAD);
            case QWEN2, LLAMA -> fields.integer("head_dim", hidden / Math.max(1, heads));
        };
    }

    private static Biases biases(JsonFields fields, Family family) {
        boolean attention = fields.flag("attention_bias", false);
        return switch (family) {
            case QWEN3 -> new Biases(attention, attention, false);
            case QWEN2 -> new Biases(true, false, false);
            case LLAMA -> new Biases(attention, attention, fields.flag("mlp_bias", false));
        };
    }

    /// Writes a new config, whose weights are float32.
    static void write(Path file, ModelConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray(ARCHITECTURES).add(config.family().architecture());
        json.put("model_type", config.family().modelType());
        json.put("vocab_size", config.vocabularySize());
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.keyValueHeads());
        json.put("head_dim", config.headDimension());
        json.put("max_position_embeddings", config.maxPositions());
        json.put("rope_theta", config.rope().theta());
        json.put("rms_norm_eps", config.normEpsilon());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.set(STOP, stopTokens(config));
        json.put("hidden_act", "silu");
        json.put("attention_bias", config.biases().output());
        json.put("attention_dropout", 0.0);
        json.put("use_sliding_window", false);
        json.set("rope_scaling", scaling(config.rope().scaling()));
        if (config.family() == Family.LLAMA) {
            json.put("mlp_bias", config.biases().feedForward());
        }
        json.put("torch_dtype", "float32");
        FlushedFile.write(file, bytes(json));
    }

    private static JsonNode scaling(RopeScaling scaling) {
        ObjectNode json = JSON.createObjectNode();
        return switch (scaling) {
            case RopeScaling.None() -> JSON.nullNode();
            case RopeScaling.Linear(double factor) ->
                json.put("rope_type", "linear").put("factor", factor);
            case RopeScaling.Llama3 llama ->
                json.put("rope_type", "llama3")
                        .put("factor", llama.factor())
                        .put("low_freq_factor", llama.lowFactor())
                        .put("high_freq_factor", llama.highFactor())
                        .put("original_max_position_embeddings", llama.originalPositions());
            case RopeScaling.Yarn yarn ->
                json.put("rope_type", "yarn")
                        .put("factor", yarn.factor())
                        .put("beta_fast", yarn.betaFast())
                        .put("beta_slow", yarn.betaSlow())
                        .put("original_max_position_embeddings", yarn.originalPositions())
                        .put("attention_factor", yarn.attentionFactor())
                        .put("truncate", yarn.truncated());
        };
    }

    /// Writes `generation_config.json`, from which other programs learn the stop tokens.
    static void writeGeneration(Path file, ModelConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.put("do_sample", true);
        json.put("temperature", 1.0);
        json.set(STOP, stopTokens(config));
        FlushedFile.write(file, bytes(json));
    }

    private static JsonNode stopTokens(ModelConfig config) {
        return config.stopTokens().size() == 1
                ? JSON.valueToTree(config.stopTokens().getFirst())
                : JSON.valueToTree(config.stopTokens());
    }

    /// A config with another type of the weights; the same bytes if it names that type already.
    ///
    /// @param type float32 or bfloat16
    static byte[] withType(byte[] config, String type) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(config);
            List<String> names = TYPE.stream().filter(json::has).toList();
            if (!names.isEmpty()
                    && names.stream().allMatch(name -> json.get(name).asText().equals(type))) {
                return config;
            }
            (names.isEmpty() ? TYPE.reversed().subList(0, 1) : names).forEach(name -> json.put(name, type));
            return bytes(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
    }
}
