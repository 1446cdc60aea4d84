package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawTest {
    /// Probabilities 1/2, 1/4, 0, 1/8, 1/8.
    private static final float[] LOGITS = logits(2, 1, -2000, 0, 0);

    private static float[] logits(double... powersOfTwo) {
        float[] logits = new float[powersOfTwo.length];
        for (int i = 0; i < powersOfTwo.length; i++) {
            logits[i] = (float) (powersOfTwo[i] * Math.log(2));
        }
        return logits;
    }

    /// Tokens drawn from the same logits with each of the numbers.
    private static long[] draw(float[] logits, double temperature, double... uniforms) {
        Torch.prepareThread(1);
        try (Decoder decoder =
                        new Decoder(TinyModel.config(), TinyModel.weights(TinyModel.config(), 1), DataType.FLOAT32);
                PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("draw")) {
            call.with(scope.create(logits, new Shape(1, logits.length)).repeat(0, uniforms.length))
                    .with(scope.create(uniforms))
                    .with(temperature);
            return call.tensors(scope).getFirst().toLongArray();
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

    @Test
    void theEndsOfTheIntervalDrawTheFirstAndTheLastToken() {
        assertThat(draw(LOGITS, 1, 0, Math.nextDown(1.0))).containsExactly(0, 4);
    }

    @Test
    void aTokenOfProbabilityZeroIsNotDrawnByZeroEither() {
        assertThat(draw(logits(-2000, 0), 1, 0)).containsExactly(1);
    }
}
