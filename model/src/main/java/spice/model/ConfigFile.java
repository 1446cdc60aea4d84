package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// `config.json` as Hugging Face writes it for `Qwen3ForCausalLM`. Fields that change the mathematics are
/// required to say what the decoder does; others are passed over.
final class ConfigFile {
    private static final String ARCHITECTURE = "Qwen3ForCausalLM";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;
    private final JsonNode json;

    private ConfigFile(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static ModelConfig read(Path file) {
        try {
            return new ConfigFile(file, JSON.readTree(Files.readString(file))).config();
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " is missing; a model folder holds " + ModelFolder.FILES, e);
        } catch (JacksonException e) {
            throw new ModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (IllegalArgumentException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    private ModelConfig config() {
        expect("architectures", json.path("architectures").path(0), ARCHITECTURE);
        expectUnlessAbsent("hidden_act", "silu");
        expectUnlessAbsent("attention_bias", "false");
        expectUnlessAbsent("use_sliding_window", "false");
        expectUnlessAbsent("rope_scaling", "null");
        return new ModelConfig(
                integer("vocab_size"),
                integer("hidden_size"),
                integer("intermediate_size"),
                integer("num_hidden_layers"),
                integer("num_attention_heads"),
                integer("num_key_value_heads"),
                integer("head_dim"),
                integer("max_position_embeddings"),
                number("rope_theta").doubleValue(),
                number("rms_norm_eps").doubleValue(),
                field("tie_word_embeddings").asBoolean(),
                integer("eos_token_id"));
    }

    private void expectUnlessAbsent(String name, String expected) {
        if (json.has(name)) {
            expect(name, json.get(name), expected);
        }
    }

    private void expect(String name, JsonNode value, String expected) {
        if (!value.asText().equals(expected)) {
            throw new ModelException("%s: %s is %s; this decoder computes %s with %s alone. Take a Qwen3 model"
                    .formatted(file, name, value.isMissingNode() ? "missing" : value, ARCHITECTURE, expected));
        }
    }

    private JsonNode field(String name) {
        if (!json.hasNonNull(name)) {
            throw new ModelException(
                    "%s lacks %s. Take the config.json that came with the weights".formatted(file, name));
        }
        return json.get(name);
    }

    private JsonNode number(String name) {
        JsonNode value = field(name);
        if (!value.isNumber()) {
            throw new ModelException("%s: %s should be a number and is %s".formatted(file, name, value));
        }
        return value;
    }

    private int integer(String name) {
        JsonNode value = number(name);
        if (!value.canConvertToInt() || !value.canConvertToExactIntegral()) {
            throw new ModelException("%s: %s should be a whole number and is %s".formatted(file, name, value));
        }
        return value.intValue();
    }

    static void write(Path file, ModelConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add(ARCHITECTURE);
        json.put("model_type", "qwen3");
        json.put("vocab_size", config.vocabularySize());
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.keyValueHeads());
        json.put("head_dim", config.headDimension());
        json.put("max_position_embeddings", config.maxPositions());
        json.put("rope_theta", config.ropeTheta());
        json.put("rms_norm_eps", config.normEpsilon());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.put("eos_token_id", config.stopToken());
        json.put("hidden_act", "silu");
        json.put("attention_bias", false);
        json.put("attention_dropout", 0.0);
        json.put("use_sliding_window", false);
        json.putNull("rope_scaling");
        json.put("torch_dtype", "float32");
        WholeFile.write(file, bytes(json));
    }

    /// `generation_config.json`, which other programs read to know when to stop.
    static void writeGeneration(Path file, ModelConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.put("do_sample", true);
        json.put("temperature", 1.0);
        json.put("eos_token_id", config.stopToken());
        WholeFile.write(file, bytes(json));
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
    }
}
