package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Layers that are computed a second time on the way back.
class RecomputeTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    static Stream<Arguments> cases() {
        return Stream.of(DataType.FLOAT32, DataType.BFLOAT16)
                .flatMap(type -> Stream.of(TinyModel.config(), TinyModel.untied())
                        .flatMap(
                                config -> Stream.of(Arguments.of(type, config, 4096), Arguments.of(type, config, 30))));
    }

    /// In float32 without recompute, a token's embedding gets the sum of a micro-batch at once, here token by
    /// token: the order of that one sum differs.
    @ParameterizedTest
    @MethodSource("cases")
    void givesTheSameGradientsBitForBit(DataType type, ModelConfig config, int microBatchTokens) {
        Map<String, HostTensor> weights = TinyModel.weights(config, 1);
        Map<String, double[]> kept = Gradients.of(config, weights, type, false, microBatchTokens);
        Map<String, double[]> recomputed = Gradients.of(config, weights, type, true, microBatchTokens);

        kept.forEach((name, gradient) -> {
            if (type == DataType.FLOAT32 && name.equals(EMBEDDING)) {
                assertThat(Gradients.distance(recomputed.get(name), gradient)).isLessThan(1e-6);
            } else {
                assertThat(recomputed.get(name)).as(name).containsExactly(gradient);
            }
            assertThat(DoubleStream.of(gradient)).as(name).anyMatch(value -> value != 0);
        });
    }
}
