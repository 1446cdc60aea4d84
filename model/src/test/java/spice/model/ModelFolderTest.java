package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
    private static final String QUERY = "model.layers.1.self_attn.q_proj.weight";

    @TempDir
    Path folder;

    @Test
    void aFreshModelIsTheSameForTheSameSeed() throws IOException {
        ModelFolder.create(folder.resolve("a"), TinyModel.config(), 7);
        ModelFolder.create(folder.resolve("b"), TinyModel.config(), 7);
        ModelFolder.create(folder.resolve("c"), TinyModel.config(), 8);

        assertThat(folder.resolve("a/model.safetensors")).hasSameBinaryContentAs(folder.resolve("b/model.safetensors"));
        assertThat(Files.mismatch(folder.resolve("a/model.safetensors"), folder.resolve("c/model.safetensors")))
                .isNotEqualTo(-1);
    }

    @Test
    void freshWeightsHaveTheirDeviations() {
        ModelConfig config = TinyModel.nano();
        ModelFolder.create(folder, config, 7);
        Map<String, HostTensor> weights = ModelFolder.weights(folder, config);

        assertThat(deviation(weights, "model.layers.0.mlp.up_proj.weight")).isCloseTo(0.02, within(0.001));
        // 0.02 / sqrt(2 x 4 layers) = 0.00707
        assertThat(deviation(weights, "model.layers.3.mlp.down_proj.weight")).isCloseTo(0.00707, within(0.0003));
        assertThat(weights.get("model.norm.weight").values()).containsOnly(1);
    }

    private static double deviation(Map<String, HostTensor> weights, String name) {
        float[] values = weights.get(name).values();
        double squares = 0;
        for (float value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    @Test
    void theConfigComesBackAsItWasWritten() {
        TinyModel.untied().write(folder.resolve("config.json"));

        assertThat(ModelConfig.read(folder.resolve("config.json"))).isEqualTo(TinyModel.untied());
    }

    @Test
    void parametersAreCounted() {
        // Embedding 45 x 128; a layer 4 x 128 x 128 + 3 x 128 x 352 + 2 x 128 + 2 x 32; the last norm 128.
        assertThat(TinyModel.nano().parameters()).isEqualTo(5_760 + 4 * (65_536 + 135_168 + 256 + 64) + 128);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"Qwen3ForCausalLM\"  | \"LlamaForCausalLM\" | architectures is \"LlamaForCausalLM\"; this decoder computes",
                "\"silu\"              | \"gelu\"             | hidden_act is \"gelu\"",
                "\"rope_scaling\" : null | \"rope_scaling\" : {\"type\": \"yarn\"} | rope_scaling is {\"type\":\"yarn\"}",
                "\"head_dim\" : 4      | \"head_dim\" : 4.5   | head_dim should be a whole number and is 4.5",
                "\"head_dim\" : 4      | \"head_dim\" : 5     | head_dim must be even, got 5",
                "\"head_dim\" : 4      | \"head_dims\" : 4    | lacks head_dim",
                "\"rope_theta\" : 10000.0 | \"rope_theta\" : \"big\" | rope_theta should be a number and is \"big\"",
                "\"num_key_value_heads\" : 2 | \"num_key_value_heads\" : 3 | num_attention_heads (4) must be a multiple",
                "}                     | ,                    | is not JSON",
            })
    void aConfigOfAnotherModelIsRefused(String good, String bad, String complaint) throws IOException {
        Path config = folder.resolve("config.json");
        TinyModel.config().write(config);
        String text = Files.readString(config);
        assertThat(text).contains(good);
        Files.writeString(config, text.replace(good, bad));

        assertThatThrownBy(() -> ModelConfig.read(config))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(config.toString())
                .hasMessageContaining(complaint);
    }

    @Test
    void aMissingConfigIsNamed() {
        assertThatThrownBy(() -> LanguageModel.open(folder, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(folder.resolve("config.json") + " is missing");
    }

    @Test
    void aMissingTokenizerIsNamed() {
        ModelFolder.create(folder, TinyModel.config(), 1);

        assertThatThrownBy(() -> LanguageModel.open(folder, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(folder.resolve("tokenizer.json") + " is missing");
    }

    @Test
    void aMissingTensorIsNamedWithItsShape() {
        Map<String, HostTensor> weights = weights();
        weights.remove(QUERY);

        assertRefused(weights, "lacks tensor " + QUERY + " of shape [16, 16]");
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBoth() {
        Map<String, HostTensor> weights = weights();
        weights.put(QUERY, new HostTensor(new long[] {8, 16}, new float[128]));

        assertRefused(weights, QUERY + " in ", "has shape [8, 16]; config.json asks for [16, 16]");
    }

    @Test
    void aTensorWithoutUseIsNamed() {
        Map<String, HostTensor> weights = weights();
        weights.put("model.layers.0.self_attn.q_proj.bias", new HostTensor(new long[] {16}, new float[16]));

        assertRefused(weights, "holds 1 tensors", "model.layers.0.self_attn.q_proj.bias");
    }

    private static Map<String, HostTensor> weights() {
        return new LinkedHashMap<>(TinyModel.weights(TinyModel.config(), 1));
    }

    private void assertRefused(Map<String, HostTensor> weights, String... complaint) {
        TinyModel.create(folder, TinyModel.config(), 1);
        SafeTensors.write(folder.resolve("model.safetensors"), weights);

        assertThatThrownBy(() -> LanguageModel.open(folder, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(folder.resolve("model.safetensors").toString())
                .hasMessageContainingAll(complaint);
    }
}
