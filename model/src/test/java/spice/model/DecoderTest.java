package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderTest {
    static Stream<Arguments> configsAndTypes() {
        return Stream.of(TinyModel.config(), TinyModel.untied(), TinyModel.qwen2(), TinyModel.llama(), TinyModel.yarn())
                .flatMap(config -> Stream.of(
                        Arguments.of(config, DataType.FLOAT64, 1e-11), Arguments.of(config, DataType.FLOAT32, 1e-4)));
    }

    @ParameterizedTest
    @MethodSource("configsAndTypes")
    void computesTheLogitsOfTheReference(ModelConfig config, DataType type, double tolerance) {
        Map<String, HostTensor> weights = TinyModel.weights(config, 1);
        int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};
        double[][] expected = new ReferenceDecoder(config, weights).logits(tokens);
        try (Decoder decoder = TinyModel.decoder(config, weights, type)) {
            double[] logits = logits(decoder, tokens);
            for (int t = 0; t < tokens.length; t++) {
                for (int v = 0; v < config.vocabularySize(); v++) {
                    assertThat(logits[t * config.vocabularySize() + v])
                            .as("logit of token %d after position %d", v, t)
                            .isCloseTo(expected[t][v], within(tolerance));
                }
            }
        }
    }

    /// The table of rotary angles grows with the longest sequence so far.
    @Test
    void aSequenceLongerThanAllBeforeGivesTheSameLogitsAsInADecoderOfItsLength() {
        ModelConfig tiny = TinyModel.config();
        ModelConfig longer = new ModelConfig(12, 16, 24, 2, 4, 2, 4, 1000, 10_000, 1e-6, true, 0);
        int[] tokens = IntStream.range(0, 700).map(i -> 1 + i * i % 11).toArray();
        Map<String, HostTensor> weights = TinyModel.weights(tiny, 1);
        double[][] expected = new ReferenceDecoder(longer, weights).logits(tokens);
        try (Decoder decoder = TinyModel.decoder(longer, weights, DataType.FLOAT64)) {
            logits(decoder, Arrays.copyOf(tokens, 3));
            double[] logits = logits(decoder, tokens);
            for (int v = 0; v < 12; v++) {
                assertThat(logits[699 * 12 + v]).isCloseTo(expected[699][v], within(1e-10));
            }
        }
    }

    private static double[] logits(Decoder decoder, int[] tokens) {
        Torch.prepareThread(1);
        long[] ids = IntStream.of(tokens).asLongStream().toArray();
        long[] rows = LongStream.range(0, tokens.length).toArray();
        try (PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("logits")) {
            call.with(scope.create(ids, new Shape(1, ids.length))).with(scope.create(rows));
            return decoder.through(call, ids.length)
                    .tensor(scope)
                    .toType(DataType.FLOAT64, false)
                    .toDoubleArray();
        }
    }
}
