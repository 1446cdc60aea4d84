package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Frequencies of a head of eight numbers with base 10,000, which are 1, 0.1, 0.01 and 0.001 before scaling.
class RopeTest {
    @TempDir
    Path folder;

    static Stream<Arguments> scalings() {
        return Stream.of(
                Arguments.of(new RopeScaling.None(), new double[] {1, 0.1, 0.01, 0.001}),
                Arguments.of(new RopeScaling.Linear(4), new double[] {0.25, 0.025, 0.0025, 0.00025}),
                // In 100 positions they turn 15.9, 1.59155, 0.159 and 0.0159 times. The second is (1.59155 - 1) / 3 =
                // 0.19718 fast: 0.1 (0.19718 + 0.80282 / 8).
                Arguments.of(new RopeScaling.Llama3(8, 1, 4, 100), new double[] {1, 0.0297533, 0.00125, 0.000125}),
                // 32 turns in 1,000 positions are at place 4 ln(4.97) / ln(10000) = 0.697, one turn at 4 ln(159.2) /
                // ln(10000) = 2.202: the ramp goes from 0 to 3.
                Arguments.of(
                        new RopeScaling.Yarn(4, 32, 1, 1000, 1.1, true),
                        new double[] {1, 0.1 * (2 + 1 / 4.0) / 3, 0.01 * (1 + 2 / 4.0) / 3, 0.001 / 4}),
                // Untruncated from 0.697 to 2.202: 1 is (1 - 0.697) / 1.505 = 0.2016 slow, 2 is 0.8659 slow.
                Arguments.of(
                        new RopeScaling.Yarn(4, 32, 1, 1000, 1.1, false),
                        new double[] {1, 0.1 * (0.7984 + 0.2016 / 4), 0.01 * (0.1341 + 0.8659 / 4), 0.001 / 4}));
    }

    @ParameterizedTest
    @MethodSource("scalings")
    void frequenciesAreThoseDoneByHand(RopeScaling scaling, double[] expected) {
        assertThat(new Rope(10_000, scaling).frequencies(8))
                .usingComparatorWithPrecision(1e-5)
                .containsExactly(expected);
    }

    static Stream<Arguments> fields() {
        RopeScaling.Llama3 llama = new RopeScaling.Llama3(8, 1, 4, 32);
        return Stream.of(
                Arguments.of("\"rope_scaling\": null", new Rope(10_000, new RopeScaling.None())),
                Arguments.of("\"rope_theta\": 5e5", new Rope(500_000, new RopeScaling.None())),
                Arguments.of(
                        "\"rope_theta\": 100, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}",
                        new Rope(100, new RopeScaling.Linear(2))),
                Arguments.of(
                        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 32}",
                        new Rope(10_000, llama)),
                Arguments.of(
                        "\"rope_theta\": 1, \"rope_parameters\": {\"rope_theta\": 100.0, \"rope_type\": \"default\"}",
                        new Rope(100, new RopeScaling.None())),
                Arguments.of(
                        "\"rope_parameters\": {\"rope_theta\": 100.0, \"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 32}",
                        new Rope(100, llama)),
                // 0.1 ln 4 + 1
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 16}",
                        new Rope(10_000, new RopeScaling.Yarn(4, 32, 1, 16, 0.1 * Math.log(4) + 1, true))),
                // (0.1 ln 4 + 1) / (0.05 ln 4 + 1)
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"mscale\": 1, \"mscale_all_dim\": 0.5, \"truncate\": false}",
                        new Rope(
                                10_000,
                                new RopeScaling.Yarn(
                                        4, 32, 1, 64, (0.1 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1), false))),
                Arguments.of(
                        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"attention_factor\": 1.5, \"beta_fast\": 8, \"beta_slow\": 2}",
                        new Rope(10_000, new RopeScaling.Yarn(4, 8, 2, 64, 1.5, true))));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void bothSpellingsAreRead(String fields, Rope expected) throws Exception {
        Files.writeString(folder.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "vocab_size": 12, "hidden_size": 16, "intermediate_size": 24,
                 "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64, "eos_token_id": 2, %s}
                """.formatted(fields));

        ModelConfig config = ModelFolder.config(folder);

        assertThat(config.rope()).isEqualTo(expected);
        assertThat(config.headDimension()).as("E / H where none is given").isEqualTo(4);
        assertThat(config.keyValueHeads()).as("H where none is given").isEqualTo(4);
    }

    @Test
    void aFactorThatWouldQuickenPositionsIsRefused() {
        assertThatThrownBy(() -> new RopeScaling.Linear(0.5)).hasMessageContaining("at least 1, got 0.5");
    }
}
