package spice.model;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How `draw` and `likely` of `decoder.py` draw tokens from logits.
class TokenDrawingTest {
    /// Probabilities 1/2, 1/4, 0, 1/8, 1/8.
    private static final float[] LOGITS = logits(2, 1, -2000, 0, 0);

    private static float[] logits(double... powersOfTwo) {
        float[] logits = new float[powersOfTwo.length];
        for (int i = 0; i < powersOfTwo.length; i++) {
            logits[i] = (float) (powersOfTwo[i] * Math.log(2));
        }
        return logits;
    }

    /// Draws a token from the same logits with each of the uniform numbers.
    private static long[] draw(float[] logits, double temperature, double... uniforms) {
        return draw(logits, new Sampling(temperature, 1), uniforms).tokens();
    }

    private record Drawn(long[] tokens, float[] probabilities) {}

    private static Drawn draw(float[] logits, Sampling sampling, double... uniforms) {
        Torch.prepareThread(1);
        try (Decoder decoder = TinyModel.decoder(
                        TinyModel.config(), TinyModel.weights(TinyModel.config(), 1), DataType.FLOAT32);
                PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("draw")) {
            call.with(scope.create(logits, new Shape(1, logits.length)).repeat(0, uniforms.length))
                    .with(scope.create(uniforms))
                    .with(sampling.temperature())
                    .with(sampling.topK())
                    .with(sampling.topP())
                    .with(sampling.minP());
            List<PtNDArray> drawn = call.tensors(scope);
            return new Drawn(
                    drawn.getFirst().toLongArray(),
                    drawn.get(1).exp().toType(DataType.FLOAT32, false).toFloatArray());
        }
    }

    @Test
    void aSweepOverTheUnitIntervalGivesEveryTokenItsShare() {
        double[] grid =
                IntStream.range(0, 1000).mapToDouble(i -> (i + 0.5) / 1000).toArray();

        long[] tokens = draw(LOGITS, 1, grid);

        assertThat(tokens).isSorted();
        assertThat(IntStream.range(0, LOGITS.length)
                        .mapToLong(token -> Arrays.stream(tokens)
                                .filter(drawn -> drawn == token)
                                .count()))
                .containsExactly(500L, 250L, 0L, 125L, 125L);
    }

    @Test
    void temperatureSharpensTheShares() {
        double[] grid =
                IntStream.range(0, 880).mapToDouble(i -> (i + 0.5) / 880).toArray();

        long[] tokens = draw(LOGITS, 0.5, grid);

        // Squares of 4, 2, 0, 1, 1 over their sum: 16/22, 4/22, 0, 1/22, 1/22.
        assertThat(IntStream.range(0, LOGITS.length)
                        .mapToLong(token -> Arrays.stream(tokens)
                                .filter(drawn -> drawn == token)
                                .count()))
                .containsExactly(640L, 160L, 0L, 40L, 40L);
    }

    /// The tokens that each rule leaves of 1/2, 1/4, 0, 1/8, 1/8, with their shares worked out by hand.
    @ParameterizedTest
    @CsvSource({
        // the two most likely: 2/3, 1/3
        "2, 1, 0, 0:1600 1:800",
        // the third is tied with the fourth, so both stay
        "3, 1, 0, 0:1200 1:600 3:300 4:300",
        // 1/2 alone does not reach 0.6, 1/2 and 1/4 do
        "0, 0.6, 0, 0:1600 1:800",
        "0, 0.49, 0, 0:2400",
        // at least 0.3 times 1/2, then 0.24 times
        "0, 1, 0.3, 0:1600 1:800",
        "0, 1, 0.24, 0:1200 1:600 3:300 4:300",
        // of 2/3 and 1/3, the first alone reaches 0.6
        "2, 0.6, 0, 0:2400"
    })
    void onlyLikelyTokensAreDrawn(int topK, double topP, double minP, String expected) {
        double[] grid =
                IntStream.range(0, 2400).mapToDouble(i -> (i + 0.5) / 2400).toArray();

        Drawn drawn = draw(LOGITS, new Sampling(1, 1, topK, topP, minP, List.of(), 0), grid);

        Map<Long, Long> counts =
                Arrays.stream(drawn.tokens()).boxed().collect(groupingBy(token -> token, TreeMap::new, counting()));
        assertThat(counts.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue())
                        .collect(joining(" ")))
                .isEqualTo(expected);
        // A token's probability is its share among those that could be drawn.
        for (int i = 0; i < grid.length; i++) {
            assertThat(drawn.probabilities()[i]).isCloseTo(counts.get(drawn.tokens()[i]) / 2400f, within(0.001f));
        }
    }

    @Test
    void theEndsOfTheIntervalDrawTheFirstAndTheLastToken() {
        assertThat(draw(LOGITS, 1, 0, Math.nextDown(1.0))).containsExactly(0, 4);
    }

    @Test
    void aTokenOfProbabilityZeroIsNotDrawnByZeroEither() {
        assertThat(draw(logits(-2000, 0), 1, 0)).containsExactly(1);
    }
}
