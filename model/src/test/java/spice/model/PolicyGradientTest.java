package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyGradientTest {
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 5, 0.8);
    /// The weight of a trajectory whose role has three in the update.
    private static final double WEIGHT = 1.0 / 3;

    /// Distances in log-probability that put the ratio on both sides of the clip range and far from its edges.
    private static final double[] DISTANCES = {-0.6, -0.1, 0.05, 0.5};

    /// Step of the finite differences.
    private static final double STEP = 1e-6;

    @BeforeEach
    void prepare() {
        Torch.prepareThread(1);
    }

    // The terms of single tokens, computed by hand; ln 1.5 = 0.405465, ln 2 = 0.693147, ln 3 = 1.098612.
    static Stream<Arguments> terms() {
        return Stream.of(
                // new, old, sampler, advantage, term
                Arguments.of("no step yet", -1, -1, -1, 1, -1.0),
                Arguments.of("more likely and good: clipped", -1, -1.405465, -1.405465, 1, -1.2),
                Arguments.of("more likely and bad: in full", -1, -1.405465, -1.405465, -1, 1.5),
                Arguments.of("less likely and good: in full", -1.693147, -1, -1, 1, -0.5),
                Arguments.of("less likely and bad: clipped", -1.693147, -1, -1, -2, 1.6),
                Arguments.of("the sampler found it likelier: weight 1/2", -2, -2, -1.306853, 3, -1.5),
                Arguments.of("the sampler found it less likely: weight 2, not 3", -1, -1, -2.098612, 3, -6.0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("terms")
    void aTokensTermIsTheOneDoneByHand(
            String name, double current, double old, double sampler, double advantage, double term) {
        try (Decoder decoder = decoder(DataType.FLOAT64);
                PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("policy_terms")) {
            for (double value : new double[] {current, old, sampler, advantage}) {
                call.with(scope.create(new double[] {value}));
            }
            call.with(0.2).with(2.0);
            assertThat(call.tensor(scope).toDoubleArray()[0]).isCloseTo(term, within(1e-5));
        }
    }

    @Test
    void theBatchLossIsTheSumOfTermsOverTheDivisorTimesTheWeight() {
        List<Trajectory> batch = batch(TinyModel.config());
        double[][] current = current(TinyModel.config(), batch);
        float[][] old = shifted(current);
        double expected = 0;
        for (int i = 0; i < batch.size(); i++) {
            Trajectory trajectory = batch.get(i);
            for (int t = 1; t < trajectory.length(); t++) {
                if (trajectory.trained()[t]) {
                    double ratio = Math.exp(current[i][t] - old[i][t]);
                    double clipped = Math.clamp(ratio, 0.8, 1.2);
                    double surrogate = Math.max(-trajectory.advantage() * ratio, -trajectory.advantage() * clipped);
                    double truncated = Math.min(Math.exp(old[i][t] - trajectory.samplerLogProbs()[t]), 2);
                    expected += surrogate * truncated * WEIGHT / 5;
                }
            }
        }
        try (Decoder decoder = decoder(DataType.FLOAT64)) {
            record(decoder);
            assertThat(loss(decoder, batch, old, decoder.zeros(decoder.home()))).isCloseTo(expected, within(1e-9));
        }
    }

    static Stream<ModelConfig> configs() {
        return Stream.of(
                TinyModel.config(), TinyModel.untied(), TinyModel.qwen2(), TinyModel.llama(), TinyModel.yarn());
    }

    @ParameterizedTest
    @MethodSource("configs")
    void theGradientIsTheFiniteDifferenceInEveryWeight(ModelConfig config) {
        // Three of the trajectories: two lengths and both signs of the advantage in one micro-batch.
        List<Trajectory> batch = batch(config).subList(0, 3);
        double[][] current = current(config, batch);
        float[][] old = shifted(current);
        Random random = new Random(3);
        try (Decoder decoder = TinyModel.decoder(config, TinyModel.weights(config, 1), DataType.FLOAT64)) {
            record(decoder);
            List<PtNDArray> gradients = decoder.zeros(decoder.home());
            List<PtNDArray> unread = decoder.zeros(decoder.home());
            loss(decoder, batch, old, gradients);
            List<String> names = List.copyOf(WeightTable.of(config).keySet());
            for (int i = 0; i < names.size(); i++) {
                PtNDArray weight = decoder.weights().get(i);
                double[] gradient = gradients.get(i).toDoubleArray();
                double[] direction = random.doubles(gradient.length, -1, 1).toArray();
                double slope = 0;
                for (int j = 0; j < gradient.length; j++) {
                    slope += gradient[j] * direction[j];
                }
                move(decoder, weight, direction, STEP);
                double above = loss(decoder, batch, old, unread);
                move(decoder, weight, direction, -2 * STEP);
                double below = loss(decoder, batch, old, unread);
                move(decoder, weight, direction, STEP);

                assertThat(slope).as("slope of %s", names.get(i)).isNotZero();
                assertThat((above - below) / (2 * STEP))
                        .as("slope of %s", names.get(i))
                        .isCloseTo(slope, within(1e-7 + 1e-6 * Math.abs(slope)));
            }
        }
    }

    private static void move(Decoder decoder, PtNDArray weight, double[] direction, double step) {
        try (PtNDManager scope = decoder.scope()) {
            double[] values =
                    DoubleStream.of(direction).map(value -> value * step).toArray();
            weight.addi(scope.create(values, weight.getShape()));
        }
    }

    private static double loss(Decoder decoder, List<Trajectory> batch, float[][] old, List<PtNDArray> gradients) {
        return add(decoder, batch, old, 4096, gradients).loss();
    }

    @Test
    void theMicroBatchSplitDoesNotMatter() {
        List<Trajectory> batch = batch(TinyModel.config());
        float[][] old = shifted(current(TinyModel.config(), batch));
        try (Decoder decoder = decoder(DataType.FLOAT32)) {
            record(decoder);
            List<PtNDArray> whole = decoder.zeros(decoder.home());
            PolicyGradient.Sums expected = add(decoder, batch, old, 4096, whole);
            for (int budget : new int[] {1, 20, 45}) {
                List<PtNDArray> parts = decoder.zeros(decoder.home());
                PolicyGradient.Sums sums = add(decoder, batch, old, budget, parts);

                assertThat(sums.loss()).isCloseTo(expected.loss(), within(1e-6));
                assertThat(sums.tokens()).isEqualTo(expected.tokens());
                assertThat(sums.clipped()).isEqualTo(expected.clipped());
                for (int i = 0; i < whole.size(); i++) {
                    float[] expectedGradient = whole.get(i).toFloatArray();
                    float[] gradient = parts.get(i).toFloatArray();
                    for (int j = 0; j < gradient.length; j++) {
                        assertThat(gradient[j]).isCloseTo(expectedGradient[j], within(2e-6f));
                    }
                }
            }
        }
    }

    private static PolicyGradient.Sums add(
            Decoder decoder, List<Trajectory> batch, float[][] old, int budget, List<PtNDArray> gradients) {
        PolicyGradient gradient = new PolicyGradient(decoder, false, Pulse.NONE, LOSS, batch, Optional.of(old));
        return gradient.add(gradient.shares(budget, 1).getFirst(), gradients);
    }

    @Test
    void trajectoriesWithoutAdvantageAreNotComputedAndChangeNothing() {
        List<Trajectory> batch = batch(TinyModel.config());
        List<Trajectory> more = new ArrayList<>(batch);
        for (Trajectory trajectory : batch) {
            more.add(
                    new Trajectory(trajectory.tokens(), trajectory.trained(), trajectory.samplerLogProbs(), 0, WEIGHT));
        }
        try (Decoder decoder = decoder(DataType.FLOAT32)) {
            record(decoder);
            List<PtNDArray> few = decoder.zeros(decoder.home());
            List<PtNDArray> many = decoder.zeros(decoder.home());
            PolicyGradient.Sums sums = add(decoder, batch, shifted(current(TinyModel.config(), batch)), 4096, few);

            assertThat(add(decoder, more, shifted(current(TinyModel.config(), more)), 4096, many))
                    .isEqualTo(sums);
            for (int i = 0; i < few.size(); i++) {
                assertThat(many.get(i).toFloatArray())
                        .containsExactly(few.get(i).toFloatArray());
            }
        }
    }

    @Test
    void theReportCountsClippedAndTruncatedTokens() {
        // Four tokens with ratios e^-0.6, e^-0.1, e^0.05 and e^0.5: with advantage 1 those above 1.2 are clipped, with
        // advantage -1 those below 0.8. The sampler gives the first and the last token a third of the old policy's
        // probability, which truncates their weights.
        Trajectory good = trajectory(TinyModel.config(), 1, 8, 1);
        Trajectory bad = trajectory(TinyModel.config(), 1, 8, -1);
        List<Trajectory> batch = new ArrayList<>();
        float[][] old = shifted(current(TinyModel.config(), List.of(good, bad)));
        for (Trajectory trajectory : List.of(good, bad)) {
            float[] sampler = old[0].clone();
            sampler[4] -= (float) Math.log(3);
            sampler[7] -= (float) Math.log(3);
            batch.add(
                    new Trajectory(trajectory.tokens(), trajectory.trained(), sampler, trajectory.advantage(), WEIGHT));
        }
        try (Decoder decoder = decoder(DataType.FLOAT32)) {
            record(decoder);
            UpdateReport report = add(decoder, batch, old, 4096, decoder.zeros(decoder.home()))
                    .report(0);

            assertThat(report.tokens()).isEqualTo(8);
            assertThat(report.clipShare()).isEqualTo(2.0 / 8);
            assertThat(report.truncatedShare()).isEqualTo(4.0 / 8);
            assertThat(report.samplerLearnerDifference()).isCloseTo(Math.log(3) / 2, within(1e-6));
            assertThat(report.entropy()).isCloseTo(meanEntropy(good), within(1e-5));
        }
    }

    private static double meanEntropy(Trajectory trajectory) {
        double[][] logits = reference(TinyModel.config()).logits(trajectory.tokens());
        double sum = 0;
        for (int t = 4; t < trajectory.length(); t++) {
            for (double logProb : ReferenceDecoder.logProbs(logits[t - 1], LOSS.temperature())) {
                sum -= Math.exp(logProb) * logProb / (trajectory.length() - 4);
            }
        }
        return sum;
    }

    private static Decoder decoder(DataType type) {
        return TinyModel.decoder(TinyModel.config(), TinyModel.weights(TinyModel.config(), 1), type);
    }

    private static void record(Decoder decoder) {
        decoder.weights().forEach(weight -> weight.setRequiresGradient(true));
    }

    /// Six trajectories of different lengths and advantages, trained from the fifth token on.
    private static List<Trajectory> batch(ModelConfig config) {
        return List.of(
                trajectory(config, 1, 9, 1.0),
                trajectory(config, 2, 14, -0.5),
                trajectory(config, 3, 9, 0.25),
                trajectory(config, 4, 30, -1.0),
                trajectory(config, 5, 21, 0.75),
                trajectory(config, 6, 12, 2.0));
    }

    private static Trajectory trajectory(ModelConfig config, long seed, int length, double advantage) {
        int[] tokens = new Random(seed).ints(length, 1, config.vocabularySize()).toArray();
        boolean[] trained = new boolean[length];
        float[] sampler = new float[length];
        for (int t = 4; t < length; t++) {
            trained[t] = true;
            sampler[t] = (float) (-2.5 + 0.1 * (t % 4));
        }
        return new Trajectory(tokens, trained, sampler, advantage, WEIGHT);
    }

    private static ReferenceDecoder reference(ModelConfig config) {
        return new ReferenceDecoder(config, TinyModel.weights(config, 1));
    }

    /// The reference decoder's log-probability of every token but the first.
    private static double[][] current(ModelConfig config, List<Trajectory> batch) {
        double[][] logProbs = new double[batch.size()][];
        for (int i = 0; i < logProbs.length; i++) {
            int[] tokens = batch.get(i).tokens();
            double[][] logits = reference(config).logits(tokens);
            logProbs[i] = new double[tokens.length];
            for (int t = 1; t < tokens.length; t++) {
                logProbs[i][t] = ReferenceDecoder.logProbs(logits[t - 1], LOSS.temperature())[tokens[t]];
            }
        }
        return logProbs;
    }

    /// An older policy's log-probabilities: the current ones minus [#DISTANCES] in turn.
    private static float[][] shifted(double[][] current) {
        float[][] logProbs = new float[current.length][];
        for (int i = 0; i < logProbs.length; i++) {
            logProbs[i] = new float[current[i].length];
            for (int t = 1; t < logProbs[i].length; t++) {
                logProbs[i][t] = (float) (current[i][t] - DISTANCES[t % DISTANCES.length]);
            }
        }
        return logProbs;
    }
}
