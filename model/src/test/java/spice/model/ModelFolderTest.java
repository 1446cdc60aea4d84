package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
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
        for (ModelConfig config : List.of(
                TinyModel.config(), TinyModel.untied(), TinyModel.qwen2(), TinyModel.llama(), TinyModel.yarn())) {
            ConfigFile.write(folder.resolve("config.json"), config);

            assertThat(ModelFolder.config(folder)).isEqualTo(config);
        }
    }

    @Test
    void whereToStopSaysTheGenerationConfigIfThereIsOne() throws IOException {
        TinyModel.create(folder, TinyModel.config(), 1);
        Path generation = folder.resolve("generation_config.json");

        Files.writeString(generation, "{\"eos_token_id\": [3, 5, 3]}");
        assertThat(ModelFolder.config(folder).stopTokens()).containsExactly(3, 5);
        try (HuggingFaceCodec codec = ModelFolder.codec(folder)) {
            assertThat(codec.stopTokens()).containsExactly(3, 5);
            assertThat(codec.decode(new int[] {4, 5, 3, 6})).isEqualTo("w4 w6");
        }
        Files.writeString(generation, "{}");
        assertThat(ModelFolder.config(folder).stopTokens()).containsExactly(0);
        Files.delete(generation);
        assertThat(ModelFolder.config(folder).stopTokens()).containsExactly(0);
        Files.writeString(generation, "[]");
        assertThatThrownBy(() -> ModelFolder.config(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(generation + " is not a JSON object");
    }

    /// A person's config is written back unchanged, except for the type of the weights.
    @Test
    void aConfigThatWasReadIsWrittenBackWithAllItsFields() throws IOException {
        TinyModel.create(folder, TinyModel.llama(), 1);
        String config = Files.readString(folder.resolve("config.json"))
                .replace(
                        "\"torch_dtype\" : \"float32\"",
                        "\"dtype\" : \"bfloat16\", \"bos_token_id\" : 7, \"extra\" : [1]");
        Files.writeString(folder.resolve("config.json"), config);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [0, 3], \"top_k\": 20}");
        Files.writeString(folder.resolve("special_tokens_map.json"), "{}");
        Path written = folder.resolve("written");

        ModelFolder.write(
                written,
                ModelFolder.config(folder),
                TinyModel.weights(TinyModel.llama(), 2),
                ModelFolder.companions(folder),
                Dtype.FLOAT32);

        JsonNode json =
                new ObjectMapper().readTree(written.resolve("config.json").toFile());
        assertThat(json)
                .isEqualTo(new ObjectMapper().readTree(config.replace("bfloat16", "float32")))
                .hasSize(new ObjectMapper().readTree(config).size());
        assertThat(json.get("dtype").asText()).isEqualTo("float32");
        assertThat(written.resolve("generation_config.json")).hasContent("{\"eos_token_id\": [0, 3], \"top_k\": 20}");
        assertThat(written.resolve("special_tokens_map.json")).exists();
        assertThat(ModelFolder.config(written)).isEqualTo(ModelFolder.config(folder));
    }

    @Test
    void aConfigThatSaysTheTypeAlreadyStaysTheSameBytes() {
        byte[] config = "{\"torch_dtype\":   \"float32\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(ConfigFile.withType(config, "float32")).isSameAs(config);
        assertThat(new String(ConfigFile.withType(config, "bfloat16"), StandardCharsets.UTF_8))
                .containsIgnoringWhitespaces("{\"torch_dtype\":\"bfloat16\"}");
        assertThat(new String(
                        ConfigFile.withType("{}".getBytes(StandardCharsets.UTF_8), "float32"), StandardCharsets.UTF_8))
                .containsIgnoringWhitespaces("{\"torch_dtype\":\"float32\"}");
    }

    @Test
    void parametersAreCounted() {
        // Embedding 45 x 128; a layer 4 x 128 x 128 + 3 x 128 x 352 + 2 x 128 + 2 x 32; the last norm 128.
        assertThat(TinyModel.nano().parameters()).isEqualTo(5_760 + 4 * (65_536 + 135_168 + 256 + 64) + 128);
        // Embedding and head 12 x 16; a layer's attention 2 x 24 x 16 + 2 x 6 x 16 with biases 24 + 6 + 6 + 16, its
        // feed-forward part 3 x 16 x 24 with biases 24 + 24 + 16, two norms of 16; the last norm.
        assertThat(TinyModel.llama().parameters()).isEqualTo(2 * 192 + 2 * (768 + 192 + 52 + 1152 + 64 + 32) + 16);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"Qwen3ForCausalLM\"  | \"MambaForCausalLM\" | architectures is [\"MambaForCausalLM\"], which is not computed here. Take a dense Qwen3",
                "\"vocab_size\"        | \"num_experts\" : 8, \"vocab_size\" | num_experts is 8, which is not computed here. It is a mixture of experts",
                "\"vocab_size\"        | \"vision_config\" : {}, \"vocab_size\" | vision_config is there, for more than text",
                "\"vocab_size\"        | \"quantization_config\" : {\"bits\": 4}, \"vocab_size\" | quantization_config is {\"bits\":4}",
                "\"vocab_size\"        | \"partial_rotary_factor\" : 0.5, \"vocab_size\" | partial_rotary_factor is 0.5",
                "\"use_sliding_window\" : false | \"use_sliding_window\" : true, \"sliding_window\" : 8, \"max_window_layers\": 1 | sliding_window is 8",
                "\"use_sliding_window\" : false | \"use_sliding_window\" : true, \"layer_types\" : [\"full_attention\", \"sliding_attention\"] | sliding_window is",
                "\"use_sliding_window\" : false | \"layer_types\" : [\"full_attention\", \"chunked_attention\"] | sliding_window is",
                "\"vocab_size\"        | \"final_logit_softcapping\" : 30.0, \"vocab_size\" | final_logit_softcapping is 30.0, which is not computed here",
                "\"vocab_size\"        | \"residual_multiplier\" : 0.22, \"vocab_size\" | residual_multiplier is 0.22",
                "\"vocab_size\"        | \"mlp_bias\" : true, \"vocab_size\" | mlp_bias is true",
                "\"vocab_size\"        | \"vocab_size\" : 12, \"vocab_size\" | Duplicate field 'vocab_size'",
                "\"vocab_size\" : 12   | \"vocab_size\" : 2147483647 | vocab_size must be 2 to 16777216, got 2147483647",
                "\"num_hidden_layers\" : 2 | \"num_hidden_layers\" : 2147483647 | num_hidden_layers must be 1 to 1000, got 2147483647",
                "\"num_hidden_layers\" : 2 | \"num_hidden_layers\" : 2147483648 | num_hidden_layers should be a whole number and is 2147483648",
                "\"hidden_size\" : 16  | \"hidden_size\" : 2147483647 | hidden_size must be 1 to 1048576",
                "\"head_dim\" : 4      | \"head_dim\" : 524288 | num_attention_heads times head_dim must be at most 1048576, got 4 times 524288",
                "\"rope_theta\" : 10000.0 | \"rope_theta\" : 1e999 | rope_theta should be a number",
                "\"silu\"              | \"gelu\"             | hidden_act is \"gelu\"",
                "\"rope_scaling\" : null | \"rope_scaling\" : {\"type\": \"dynamic\"} | rope_scaling.type is \"dynamic\", which is not computed here",
                "\"rope_scaling\" : null | \"rope_scaling\" : {\"rope_type\": \"yarn\"} | lacks rope_scaling.factor",
                "\"rope_scaling\" : null | \"rope_parameters\" : {\"sliding_attention\": {}} | lacks rope_parameters.type",
                "\"eos_token_id\" : 0  | \"eos_token_id\" : [0, 12] | eos_token_id must lie in the vocabulary of 12, got 12",
                "\"eos_token_id\" : 0  | \"eos_token_id\" : null | lacks eos_token_id",
                "\"head_dim\" : 4      | \"head_dim\" : 4.5   | head_dim should be a whole number and is 4.5",
                "\"head_dim\" : 4      | \"head_dim\" : 5     | head_dim must be even, got 5",
                "\"hidden_size\" : 16  | \"hidden_sizes\" : 4  | lacks hidden_size",
                "\"rope_theta\" : 10000.0 | \"rope_theta\" : \"big\" | rope_theta should be a number and is \"big\"",
                "\"num_key_value_heads\" : 2 | \"num_key_value_heads\" : 3 | num_attention_heads (4) must be a multiple",
                "}                     | ,                    | is not JSON",
            })
    void aConfigOfAnotherModelIsRefused(String good, String bad, String complaint) throws IOException {
        Path config = folder.resolve("config.json");
        ConfigFile.write(config, TinyModel.config());
        String text = Files.readString(config);
        assertThat(text).contains(good);
        Files.writeString(config, text.replace(good, bad));

        assertThatThrownBy(() -> ModelFolder.config(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(config.toString())
                .hasMessageContaining(complaint);
    }

    @Test
    void fieldsWithoutEffectAreNamedAndThoseThatChangeNothingAreNot() throws IOException {
        Path config = folder.resolve("config.json");
        ConfigFile.write(config, TinyModel.config());
        assertThat(ModelFolder.unusedFields(folder)).isEmpty();

        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"vocab_size\"", """
                                "auto_map": {"AutoModel": "its.Own"}, "residual_multiplier": 1.0, "is_decoder": false,
                                "attention_probs": 0.5, "sliding_window": 8, "bos_token_id": 3, "vocab_size"\
                                """)
                        .replace(
                                "\"rope_scaling\" : null",
                                "\"rope_scaling\" : {\"type\": \"default\", \"short_factor\": [1]}")
                        .replace("\"attention_dropout\" : 0.0", "\"attention_dropout\" : 0.1"));
        Files.writeString(
                folder.resolve("generation_config.json"),
                "{\"eos_token_id\": 0, \"temperature\": 0.6, \"top_k\": 20, \"do_sample\": true}");
        assertThat(ModelFolder.unusedFields(folder))
                .containsExactly(
                        "attention_dropout, attention_probs, auto_map, rope_scaling.short_factor in config.json",
                        "temperature, top_k in generation_config.json");
    }

    /// SHA-256 of 192 floats: the embedding, and a head of zeros.
    @Test
    void aTiedHeadWithOtherBytesIsRefusedWithBothDigests() throws Exception {
        Map<String, HostTensor> weights = weights();
        HostTensor embedding = weights.get("model.embed_tokens.weight");
        ByteBuffer bytes = ByteBuffer.allocate(192 * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(embedding.values());
        weights.put("lm_head.weight", new HostTensor(new long[] {12, 16}, new float[192]));

        assertRefused(
                weights,
                "holds another lm_head.weight",
                "its SHA-256 is " + sha256(new byte[192 * 4]),
                "that of model.embed_tokens.weight is " + sha256(bytes.array()),
                "Set tie_word_embeddings to false");
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void aTiedHeadWithTheSameBytesIsNamedOnce() {
        Map<String, HostTensor> weights = weights();
        TinyModel.create(folder, TinyModel.config(), 1);
        assertThat(ModelFolder.unused(folder)).isEmpty();

        weights.put("lm_head.weight", weights.get("model.embed_tokens.weight"));
        SafeTensors.write(folder.resolve("model.safetensors"), weights, Dtype.FLOAT32);
        assertThat(ModelFolder.unused(folder))
                .containsExactly("lm_head.weight in model.safetensors, which is the same as model.embed_tokens.weight");
        TinyModel.open(folder).close();
    }

    @Test
    void aNumberThatIsNotFiniteIsRefusedWhenTheModelIsOpened() {
        Map<String, HostTensor> weights = weights();
        float[] values = new float[256];
        values[255] = Float.NaN;
        weights.put(QUERY, new HostTensor(new long[] {16, 16}, values));

        assertRefused(weights, "tensor " + QUERY, "its number 255 is NaN");
        assertThatThrownBy(() -> ModelFolder.checkWeights(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("its number 255 is NaN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokenizer.json | 200000000 | has 200,000,000 bytes",
                "vocab.json | 67108865 | has 67,108,865 bytes",
                "chat_template.jinja | 67108865 | has 67,108,865 bytes",
                "config.json | 1048577 | has 1,048,577 bytes, more than the 1,048,576 that are read",
                "model.safetensors | 4 | its header does not fit into its 4 bytes",
            })
    void aFileBeyondEveryModelIsRefusedBeforeItIsRead(String name, long bytes, String complaint) throws IOException {
        TinyModel.create(folder, TinyModel.config(), 1);
        Path file = folder.resolve(name);
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            whole.setLength(0);
            whole.setLength(bytes);
        }
        assertThatThrownBy(() -> {
                    if (name.equals("config.json")) {
                        ModelFolder.config(folder);
                    } else {
                        ModelFolder.check(file);
                    }
                })
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(complaint);
        if (name.equals("tokenizer.json")) {
            assertThatThrownBy(() -> ModelFolder.codec(folder)).hasMessageContaining(complaint);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokenizer.json        | root:x:0:0 | is not JSON",
                "tokenizer_config.json | [1]        | is not a JSON object",
                "vocab.json            | {\"a\": 1} {} | is not a JSON object",
                "special_tokens_map.json | {\"a\":  | is not JSON",
            })
    void aFileThatIsNoJsonObjectIsRefused(String name, String content, String complaint) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);

        assertThatThrownBy(() -> ModelFolder.check(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file + " " + complaint);
    }

    @Test
    void aMissingConfigIsNamed() {
        assertThatThrownBy(() -> TinyModel.open(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(folder.resolve("config.json") + " is missing");
    }

    @Test
    void aMissingTokenizerIsNamed() {
        ModelFolder.create(folder, TinyModel.config(), 1);

        assertThatThrownBy(() -> TinyModel.open(folder))
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
        SafeTensors.write(folder.resolve("model.safetensors"), weights, Dtype.FLOAT32);

        assertThatThrownBy(() -> TinyModel.open(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(folder.resolve("model.safetensors").toString())
                .hasMessageContainingAll(complaint);
    }
}
