package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerTest {
    private static final ModelConfig CONFIG = TinyModel.config();
    private static final LearnerSettings SETTINGS = new LearnerSettings(2, 60, 0.9, 0.95, 1e-8, 0.1, 1);
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 5, 0.8);
    private static final double RATE = 1e-2;

    @TempDir
    Path folder;

    private Path base;

    @BeforeEach
    void createBase() {
        base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
    }

    private static List<Trajectory> batch(long seed) {
        return Gradients.batch(CONFIG, seed);
    }

    @Test
    void anUpdateThatItsPulseEndsLeavesTheWeightsAndCanBeTakenAgain() throws IOException {
        List<Trajectory> batch = batch(1);
        LearnerSettings small = new LearnerSettings(2, 10, 0.9, 0.95, 1e-8, 0.1, 1);
        AtomicInteger beats = new AtomicInteger();
        AtomicInteger last = new AtomicInteger(Integer.MAX_VALUE);
        Pulse pulse = () -> {
            if (beats.incrementAndGet() >= last.get()) {
                throw new IllegalStateException("enough");
            }
        };
        try (Learner learner = Learner.open(base, Optional.empty(), small, Devices.CPU, pulse);
                Learner undisturbed = TinyModel.learner(base, small)) {
            float[][] old = learner.logProbs(batch, LOSS.temperature());
            int parts = beats.getAndSet(0);
            assertThat(parts).as("micro-batches").isGreaterThan(3);

            last.set(2);
            assertThatThrownBy(() -> learner.update(batch, Optional.of(old), LOSS, RATE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
            assertThat(beats.get()).as("micro-batches begun on two threads").isLessThanOrEqualTo(3);
            learner.saveModel(folder.resolve("ended"));
            assertThat(weights("ended")).isEqualTo(weights("base"));

            last.set(Integer.MAX_VALUE);
            learner.update(batch, Optional.of(old), LOSS, RATE);
            learner.saveModel(folder.resolve("again"));
            undisturbed.update(batch, Optional.of(old), LOSS, RATE);
            undisturbed.saveModel(folder.resolve("undisturbed"));
            assertThat(weights("again")).isEqualTo(weights("undisturbed")).isNotEqualTo(weights("base"));
        }
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
    }

    @Test
    void logProbsAreTheReferencesWhereTrainedAndZeroElsewhere() {
        List<Trajectory> batch = batch(1);
        ReferenceDecoder reference = new ReferenceDecoder(CONFIG, TinyModel.weights(CONFIG, 1));
        try (Learner learner = TinyModel.learner(base, SETTINGS)) {
            float[][] logProbs = learner.logProbs(batch, 0.7);
            for (int i = 0; i < batch.size(); i++) {
                int[] tokens = batch.get(i).tokens();
                double[][] logits = reference.logits(tokens);
                assertThat(logProbs[i]).startsWith(0, 0, 0).hasSameSizeAs(tokens);
                for (int t = 3; t < tokens.length; t++) {
                    double expected = ReferenceDecoder.logProbs(logits[t - 1], 0.7)[tokens[t]];
                    assertThat((double) logProbs[i][t]).isCloseTo(expected, within(1e-4));
                }
            }
        }
    }

    /// Sampler and learner give the sampler's tokens the same log-probabilities, one with a cache, the other
    /// without.
    @Test
    void samplerAndLearnerAgreeOnTheSamplersTokens() {
        List<PromptGroup> groups = List.of(
                new PromptGroup(new int[] {1, 2, 3, 4, 5, 6, 7}, new long[] {1, 2, 3, 4}),
                new PromptGroup(new int[] {8, 9}, new long[] {5, 6, 7, 8}));
        List<Trajectory> trajectories = new ArrayList<>();
        try (LanguageModel model = TinyModel.open(base)) {
            List<List<Completion>> drawn = model.sample(groups, new Sampling(0.7, 20));
            for (int g = 0; g < groups.size(); g++) {
                for (Completion completion : drawn.get(g)) {
                    trajectories.add(trajectory(groups.get(g).prompt(), completion));
                }
            }
        }
        try (Learner learner = TinyModel.learner(base, SETTINGS)) {
            float[][] logProbs = learner.logProbs(trajectories, 0.7);
            for (int i = 0; i < logProbs.length; i++) {
                assertThat(logProbs[i]).containsExactly(trajectories.get(i).samplerLogProbs(), within(1e-5f));
            }
        }
    }

    private static Trajectory trajectory(int[] prompt, Completion completion) {
        int length = prompt.length + completion.tokens().length;
        int[] tokens = new int[length];
        boolean[] trained = new boolean[length];
        float[] sampler = new float[length];
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        for (int i = 0; i < completion.tokens().length; i++) {
            tokens[prompt.length + i] = completion.tokens()[i];
            trained[prompt.length + i] = true;
            sampler[prompt.length + i] = completion.logProbs()[i];
        }
        return new Trajectory(tokens, trained, sampler, 1, 1);
    }

    /// Three steps compared with AdamW in Java: decoupled decay, both moments with their corrections, the gradient
    /// scaled to norm 1.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void stepsAsAdamWDoesOnAnyNumberOfThreads(int threads) {
        Map<String, HostTensor> expected = TinyModel.weights(CONFIG, 1);
        Path saved = folder.resolve("saved");
        double[] norms = new double[3];
        LearnerSettings settings = new LearnerSettings(threads, 30, 0.9, 0.95, 1e-8, 0.1, 1);
        try (Learner learner = TinyModel.learner(base, settings)) {
            for (int step = 0; step < 3; step++) {
                List<Trajectory> batch = batch(step);
                norms[step] = learner.update(batch, Optional.of(learner.logProbs(batch, 0.8)), LOSS, RATE)
                        .gradientNorm();
            }
            learner.saveModel(saved);
        }
        AdamWInJava adamW = new AdamWInJava();
        for (int step = 0; step < 3; step++) {
            double norm = adamW.step(expected, gradients(expected, batch(step)), step + 1);
            assertThat(norms[step]).isCloseTo(norm, within(1e-4));
        }
        Map<String, HostTensor> found = ModelFolder.weights(saved, CONFIG);
        expected.forEach((name, tensor) ->
                assertThat(found.get(name).values()).as(name).containsExactly(tensor.values(), within(1e-4f)));
    }

    private static final class AdamWInJava {
        private final Map<String, double[]> first = new HashMap<>();
        private final Map<String, double[]> second = new HashMap<>();

        double step(Map<String, HostTensor> weights, Map<String, float[]> gradients, int step) {
            double squares = 0;
            for (float[] gradient : gradients.values()) {
                for (float value : gradient) {
                    squares += value * value;
                }
            }
            double norm = Math.sqrt(squares);
            double scale = Math.min(1, 1 / norm);
            weights.forEach((name, tensor) -> {
                float[] w = tensor.values();
                double[] m = first.computeIfAbsent(name, any -> new double[w.length]);
                double[] v = second.computeIfAbsent(name, any -> new double[w.length]);
                for (int i = 0; i < w.length; i++) {
                    double g = gradients.get(name)[i] * scale;
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.95 * v[i] + 0.05 * g * g;
                    double corrected = m[i] / (1 - Math.pow(0.9, step));
                    double size = Math.sqrt(v[i] / (1 - Math.pow(0.95, step))) + 1e-8;
                    w[i] = (float) (w[i] * (1 - RATE * 0.1) - RATE * corrected / size);
                }
            });
            return norm;
        }
    }

    /// The gradients in the first step on a batch, where the old log-probabilities are the current ones.
    private static Map<String, float[]> gradients(Map<String, HostTensor> weights, List<Trajectory> batch) {
        Torch.prepareThread(1);
        ReferenceDecoder reference = new ReferenceDecoder(CONFIG, weights);
        float[][] old = new float[batch.size()][];
        for (int i = 0; i < old.length; i++) {
            int[] tokens = batch.get(i).tokens();
            double[][] logits = reference.logits(tokens);
            old[i] = new float[tokens.length];
            for (int t = 1; t < tokens.length; t++) {
                old[i][t] = (float) ReferenceDecoder.logProbs(logits[t - 1], 0.8)[tokens[t]];
            }
        }
        try (Decoder decoder = TinyModel.decoder(CONFIG, weights, DataType.FLOAT32)) {
            decoder.weights().forEach(weight -> weight.setRequiresGradient(true));
            List<PtNDArray> gradients = decoder.zeros(decoder.home());
            PolicyGradient gradient = new PolicyGradient(decoder, false, Pulse.NONE, LOSS, batch, Optional.of(old));
            gradient.add(gradient.shares(4096, 1).getFirst(), gradients);
            Map<String, float[]> values = new HashMap<>();
            decoder.download(gradients, "").forEach((name, tensor) -> values.put(name, tensor.values()));
            return values;
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, false", "FLOAT32, true", "BFLOAT16, false", "BFLOAT16, true"})
    void aSavedLearnerTakesTheSameNextStepBitForBit(Dtype dtype, boolean recompute) throws Exception {
        LearnerSettings settings =
                new LearnerSettings(2, 60, 0.9, 0.95, 1e-8, 0.1, 1, dtype, recompute, Optional.empty());
        Path checkpoint = folder.resolve("checkpoint");
        try (Learner learner = TinyModel.learner(base, settings)) {
            step(learner, 1);
            step(learner, 2);
            learner.saveModel(checkpoint);
            learner.saveOptimizer(checkpoint.resolve("optimizer.safetensors"));
            step(learner, 3);
            save(learner, folder.resolve("straight"));
        }
        try (Learner learner = Learner.open(
                checkpoint,
                Optional.of(checkpoint.resolve("optimizer.safetensors")),
                settings,
                Devices.CPU,
                Pulse.NONE)) {
            step(learner, 3);
            save(learner, folder.resolve("resumed"));
        }
        for (String file : List.of("model.safetensors", "optimizer.safetensors", "config.json", "tokenizer.json")) {
            assertThat(folder.resolve("resumed").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("straight").resolve(file));
        }
        assertThat(Files.mismatch(folder.resolve("resumed/model.safetensors"), checkpoint.resolve("model.safetensors")))
                .isNotEqualTo(-1);
    }

    private static void step(Learner learner, long seed) {
        List<Trajectory> batch = batch(seed);
        learner.update(batch, Optional.of(learner.logProbs(batch, 0.8)), LOSS, RATE);
    }

    private static void save(Learner learner, Path folder) {
        learner.saveModel(folder);
        learner.saveOptimizer(folder.resolve("optimizer.safetensors"));
    }

    @Test
    void imitationReturnsTheMeanCrossEntropyAndLowersIt() {
        List<Trajectory> batch = batch(1);
        ReferenceDecoder reference = new ReferenceDecoder(CONFIG, TinyModel.weights(CONFIG, 1));
        double sum = 0;
        int count = 0;
        for (Trajectory trajectory : batch) {
            double[][] logits = reference.logits(trajectory.tokens());
            for (int t = 3; t < trajectory.length(); t++) {
                sum -= ReferenceDecoder.logProbs(logits[t - 1], 1)[trajectory.tokens()[t]];
                count++;
            }
        }
        try (Learner learner = TinyModel.learner(base, SETTINGS)) {
            assertThat(learner.imitate(batch, RATE)).isCloseTo(sum / count, within(1e-4));
            double loss = learner.imitate(batch, RATE);
            for (int i = 0; i < 200 && loss >= 0.1; i++) {
                loss = learner.imitate(batch, RATE);
            }
            assertThat(loss).as("six random sequences, known by heart").isLessThan(0.1);
        }
    }

    @Test
    void aGoodSequenceBecomesLikelierAndABadOneLess() {
        Trajectory good = batch(1).getFirst();
        Trajectory bad = batch(2).getFirst();
        good = new Trajectory(good.tokens(), good.trained(), good.samplerLogProbs(), 1, 0.5);
        bad = new Trajectory(bad.tokens(), bad.trained(), bad.samplerLogProbs(), -1, 0.5);
        List<Trajectory> batch = List.of(good, bad);
        try (Learner learner = TinyModel.learner(base, SETTINGS)) {
            float[][] before = learner.logProbs(batch, 0.8);
            learner.update(batch, Optional.of(before), LOSS, 1e-3);
            float[][] after = learner.logProbs(batch, 0.8);
            assertThat(sum(after[0])).isGreaterThan(sum(before[0]));
            assertThat(sum(after[1])).isLessThan(sum(before[1]));
        }
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    @Test
    void aGradientThatIsNotFiniteIsRefusedAndTheWeightsStay() throws Exception {
        List<Trajectory> batch = batch(1);
        try (Learner learner = TinyModel.learner(base, SETTINGS)) {
            float[][] old = learner.logProbs(batch, 0.8);
            old[2][5] = Float.NaN;
            assertThatThrownBy(() -> learner.update(batch, Optional.of(old), LOSS, RATE))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("norm is NaN")
                    .hasMessageContaining("weights are as before");
            learner.saveModel(folder.resolve("after"));
        }
        assertThat(folder.resolve("after/model.safetensors")).hasSameBinaryContentAs(base.resolve("model.safetensors"));
    }

    @Test
    void aFailureInOneThreadIsReportedWhenAllHaveEnded() {
        try (Crew crew = new Crew(3)) {
            AtomicInteger ended = new AtomicInteger();
            assertThatThrownBy(() -> crew.compute(share -> {
                        if (share == 0) {
                            throw new IllegalStateException("out of memory");
                        }
                        LockSupport.parkNanos(50_000_000);
                        return ended.incrementAndGet();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("out of memory");
            assertThat(ended).hasValue(2);
        }
    }

    @Test
    void optimizerStateOfAnotherModelIsRefused() {
        Path other = TinyModel.create(folder.resolve("other"), TinyModel.untied(), 1);
        try (Learner learner = TinyModel.learner(other, SETTINGS)) {
            learner.saveOptimizer(folder.resolve("optimizer.safetensors"));
        }
        Optional<Path> state = Optional.of(folder.resolve("optimizer.safetensors"));
        assertThatThrownBy(() -> Learner.open(base, state, SETTINGS, Devices.CPU, Pulse.NONE))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("exp_avg.model.layers.0.self_attn.q_proj.weight")
                .hasMessageContaining("[24, 16]")
                .hasMessageContaining("[16, 16]");
    }

    @Test
    void theFirstStepNeedsNoLogProbsFromBeforeIt() {
        List<Trajectory> batch = batch(7);
        AtomicInteger passes = new AtomicInteger();
        try (Learner told = Learner.open(base, Optional.empty(), SETTINGS, Devices.CPU, passes::incrementAndGet);
                Learner untold = Learner.open(base, Optional.empty(), SETTINGS, Devices.CPU, passes::incrementAndGet)) {
            UpdateReport expected =
                    told.update(batch, Optional.of(told.logProbs(batch, LOSS.temperature())), LOSS, RATE);
            int both = passes.getAndSet(0);
            UpdateReport report = untold.update(batch, Optional.empty(), LOSS, RATE);
            assertThat(passes)
                    .as("passes over micro-batches, half of them saved")
                    .hasValue(both / 2);
            assertThat(report.loss()).isCloseTo(expected.loss(), within(1e-5));
            assertThat(report.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-4));
            assertThat(report.samplerLearnerDifference()).isCloseTo(expected.samplerLearnerDifference(), within(1e-5));
            assertThat(report.truncatedShare()).isEqualTo(expected.truncatedShare());
        }
    }
}
