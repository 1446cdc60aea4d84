package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A backward pass that computes the layers again.
class RecomputeTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    static Stream<Arguments> cases() {
        return Stream.of(DataType.FLOAT32, DataType.BFLOAT16)
                .flatMap(type -> Stream.of(TinyModel.config(), TinyModel.untied())
                        .flatMap(
                                config -> Stream.of(Arguments.of(type, config, 4096), Arguments.of(type, config, 30))));
    }

    /// One sum has another order: in float32 without recompute an embedding gets a micro-batch's gradient at once,
    /// with recompute token by token.
    @ParameterizedTest
    @MethodSource("cases")
    void givesTheSameGradientsBitForBit(DataType type, ModelConfig config, int microBatchTokens) {
        Map<String, HostTensor> weights = TinyModel.weights(config, 1);
        Map<String, double[]> kept = Gradients.of(config, weights, type, false, microBatchTokens, Optional.empty());
        Map<String, double[]> recomputed =
                Gradients.of(config, weights, type, true, microBatchTokens, Optional.empty());

        kept.forEach((name, gradient) -> {
            if (type == DataType.FLOAT32 && name.equals(EMBEDDING)) {
                assertThat(Gradients.distance(recomputed.get(name), gradient)).isLessThan(1e-6);
            } else {
                assertThat(recomputed.get(name)).as(name).containsExactly(gradient);
            }
            assertThat(DoubleStream.of(gradient)).as(name).anyMatch(value -> value != 0);
        });
    }

    /// With recompute the forward pass keeps only the inputs of layers; without, the graph keeps their activations.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsOnlyTheInputsOfLayers(boolean recompute) {
        ModelConfig config = TinyModel.config();
        Torch.prepareThread(1);
        try (Decoder decoder = TinyModel.decoder(config, TinyModel.weights(config, 1), DataType.FLOAT32);
                PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("forth")) {
            decoder.learned().forEach(weight -> weight.setRequiresGradient(true));
            call.with(scope.create(new long[] {1, 2, 3, 4}, new Shape(1, 4)));
            decoder.through(call, 4).with(recompute);
            try (TorchProgram.Held forth = Torch.withGradients(call::held)) {
                assertThat(forth.tensors(1, scope))
                        .as("every layer's input and the last one's output")
                        .hasSize(recompute ? config.layers() + 1 : 0);
            }
        }
    }
}
