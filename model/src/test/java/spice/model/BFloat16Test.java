package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Computing in bfloat16, which has eight bits of precision: a rounding is wrong by up to one part in 512.
class BFloat16Test {
    private static final ModelConfig CONFIG = TinyModel.config();
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 5, 0.8);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "1.0, 3f80",
        "-2.5, c020",
        // Halfway between two neighbours, 1/128 apart at 1: to the even one, once down, once up.
        "1.00390625, 3f80",
        "1.01171875, 3f82",
        // Just above halfway.
        "1.0039064, 3f81",
        "0.0, 0000",
        "3.4028235e38, 7f80",
        "Infinity, 7f80",
        "NaN, 7fc0"
    })
    void theNearestIsWritten(float value, String bits) {
        assertThat("%04x".formatted(StoredType.bfloat16(value) & 0xffff)).isEqualTo(bits);
    }

    @Test
    void aFileOfThemReadsAsTheNearest() {
        float[] values = {1, 1.00390625f, -1.01171875f, 1e-30f};
        Path file = folder.resolve("x.safetensors");
        SafeTensors.write(file, Map.of("x", new HostTensor(new long[] {2, 2}, values)), Dtype.BFLOAT16);

        HostTensor read = SafeTensors.read(file).get("x");
        assertThat(read.shape()).containsExactly(2, 2);
        assertThat(read.values()).startsWith(1, 1, -1.015625f);
        assertThat(read.values()[3]).isCloseTo(1e-30f, within(1e-32f));
    }

    /// Rounds weights to bfloat16, so that two computations start from equal weights.
    private static Map<String, HostTensor> rounded(Map<String, HostTensor> weights) {
        Map<String, HostTensor> rounded = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            float[] values = tensor.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(StoredType.bfloat16(values[i]) << Short.SIZE);
            }
            rounded.put(name, new HostTensor(tensor.shape(), values));
        });
        return rounded;
    }

    static List<ModelConfig> configs() {
        return List.of(TinyModel.config(), TinyModel.untied());
    }

    /// Compares with float64, whose gradient [PolicyGradientTest] checks by finite differences. A gradient goes
    /// through a few dozen roundings of one part in 512; a wrong factor or a missing term changes it by far more
    /// than a tenth.
    @ParameterizedTest
    @MethodSource("configs")
    void theGradientIsThatOfFloat64UpToRounding(ModelConfig config) {
        Map<String, HostTensor> weights = rounded(TinyModel.weights(config, 1));
        Map<String, double[]> expected = Gradients.of(config, weights, DataType.FLOAT64, false, 60, Optional.empty());
        Map<String, double[]> found = Gradients.of(config, weights, DataType.BFLOAT16, false, 60, Optional.empty());

        expected.forEach((name, gradient) -> assertThat(Gradients.distance(found.get(name), gradient))
                .as(name)
                .isBetween(1e-4, 0.1));
    }

    /// Many micro-batches add to the same gradients: a sum in bfloat16 stops growing at 256 times one of its terms.
    @Test
    void gradientsOfManyMicroBatchesAreAddedInFloat32() {
        Map<String, HostTensor> weights = rounded(TinyModel.weights(CONFIG, 1));
        Map<String, double[]> whole = Gradients.of(CONFIG, weights, DataType.BFLOAT16, false, 4096, Optional.empty());
        Map<String, double[]> parts = Gradients.of(CONFIG, weights, DataType.BFLOAT16, false, 1, Optional.empty());

        whole.forEach((name, gradient) -> assertThat(Gradients.distance(parts.get(name), gradient))
                .as(name)
                .isLessThan(0.03));
    }

    private static LearnerSettings settings(Dtype dtype) {
        return new LearnerSettings(2, 60, 0.9, 0.95, 1e-8, 0, 1, dtype, false, Optional.empty());
    }

    @Test
    void sixSequencesAreLearnedByHeart() {
        Path base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
        List<Trajectory> batch = Gradients.batch(CONFIG, 1);
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16))) {
            double loss = learner.imitate(batch, 1e-2);
            assertThat(loss).isGreaterThan(1);
            for (int i = 0; i < 200 && loss >= 0.1; i++) {
                loss = learner.imitate(batch, 1e-2);
            }
            assertThat(loss).isLessThan(0.1);
        }
    }

    /// At a rate of 1e-5 a step of Adam is a hundredth of the distance between neighbours at 0.25. Without the
    /// master copy such a weight would never move.
    @Test
    void stepsTooSmallToSeeAddUpInTheMasterCopy() {
        Path base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
        String name = "model.layers.0.mlp.up_proj.weight";
        float[] before = rounded(TinyModel.weights(CONFIG, 1)).get(name).values();
        List<Trajectory> batch = Gradients.batch(CONFIG, 1, 2, 4);
        LearnerSettings onOneThread =
                new LearnerSettings(1, 60, 0.9, 0.95, 1e-8, 0, 1, Dtype.BFLOAT16, false, Optional.empty());
        try (Learner learner = TinyModel.learner(base, onOneThread)) {
            learner.imitate(batch, 1e-5);
            learner.saveModel(folder.resolve("one"));
            for (int i = 0; i < 100; i++) {
                learner.imitate(batch, 1e-5);
            }
            learner.saveModel(folder.resolve("many"));
        }
        assertThat(moved(before, weights("one", name)))
                .as("weights that one step moves")
                .isLessThan(0.05);
        assertThat(moved(before, weights("many", name)))
                .as("weights that 101 steps move")
                .isGreaterThan(0.5);
    }

    private float[] weights(String model, String name) {
        return ModelFolder.weights(folder.resolve(model), CONFIG).get(name).values();
    }

    private static double moved(float[] before, float[] after) {
        int moved = 0;
        for (int i = 0; i < before.length; i++) {
            moved += before[i] == after[i] ? 0 : 1;
        }
        return (double) moved / before.length;
    }

    @Test
    void aCheckpointHoldsTheRoundedWeightsAndTheMasterCopyBesideTheMoments() {
        Path base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
        Path saved = folder.resolve("saved");
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16))) {
            step(learner, 1);
            learner.saveModel(saved);
            learner.saveOptimizer(saved.resolve("optimizer.safetensors"));
        }
        Map<String, HostTensor> state = SafeTensors.read(saved.resolve("optimizer.safetensors"));
        Map<String, HostTensor> master = new LinkedHashMap<>();
        WeightTable.of(CONFIG).keySet().forEach(name -> master.put(name, state.get("master." + name)));
        Map<String, HostTensor> expected = rounded(master);
        ModelFolder.weights(saved, CONFIG)
                .forEach((name, tensor) -> assertThat(tensor.values())
                        .as(name)
                        .containsExactly(expected.get(name).values())
                        .isNotEqualTo(master.get(name).values()));
        assertThat(saved.resolve("model.safetensors").toFile().length())
                .isLessThan(base.resolve("model.safetensors").toFile().length() * 6 / 10);
        assertThat(saved.resolve("config.json")).content().contains("\"torch_dtype\" : \"bfloat16\"");
    }

    @Test
    void aRunThatChangesToFloat32GoesOnFromTheMasterCopy() {
        Path base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
        Path saved = folder.resolve("saved");
        Path state = folder.resolve("optimizer.safetensors");
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16))) {
            step(learner, 1);
            learner.saveModel(saved);
            learner.saveOptimizer(state);
        }
        try (Learner learner =
                Learner.open(saved, Optional.of(state), settings(Dtype.FLOAT32), Devices.CPU, Pulse.NONE)) {
            learner.saveModel(folder.resolve("wide"));
        }
        Map<String, HostTensor> master = SafeTensors.read(state);
        ModelFolder.weights(folder.resolve("wide"), CONFIG)
                .forEach((name, tensor) -> assertThat(tensor.values())
                        .as(name)
                        .containsExactly(master.get("master." + name).values()));
    }

    /// The matrices are large enough for oneDNN's own layout, which exists for bfloat16 only on some processors.
    @ParameterizedTest
    @EnumSource(Dtype.class)
    void largeMatricesAreSampledFromInEachType(Dtype dtype) {
        ModelConfig config = new ModelConfig(12, 128, 2048, 1, 4, 2, 32, 64, 10_000, 1e-6, true, 0);
        Path base = TinyModel.create(folder.resolve("large"), config, 1);
        Map<String, HostTensor> weights = TinyModel.weights(config, 1);
        ReferenceDecoder reference = new ReferenceDecoder(config, dtype == Dtype.FLOAT32 ? weights : rounded(weights));
        int[] prompt = {1, 2, 3};
        try (LanguageModel model = LanguageModel.open(base, dtype, 1, Devices.CPU)) {
            Completion drawn = model.sample(List.of(new PromptGroup(prompt, new long[] {5})), new Sampling(1, 8))
                    .getFirst()
                    .getFirst();
            int[] tokens = trajectory(prompt, drawn).tokens();
            double[][] logits = reference.logits(tokens);
            for (int i = 0; i < drawn.tokens().length; i++) {
                double exact = ReferenceDecoder.logProbs(logits[prompt.length + i - 1], 1)[drawn.tokens()[i]];
                assertThat((double) drawn.logProbs()[i]).isCloseTo(exact, within(dtype == Dtype.FLOAT32 ? 1e-4 : 0.3));
            }
        }
    }

    /// The sampler computes token by token with a cache, the learner whole sequences, so they round in different
    /// places. Logits here reach about 8, where neighbours are 1/32 apart.
    @Test
    void samplerAndLearnerAgreeUpToRounding() {
        Path base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
        int[] prompt = {1, 2, 3, 4, 5, 6, 7};
        List<PromptGroup> groups = List.of(new PromptGroup(prompt, new long[] {1, 2, 3, 4, 5, 6, 7, 8}));
        List<Trajectory> trajectories = new ArrayList<>();
        ReferenceDecoder reference = new ReferenceDecoder(CONFIG, rounded(TinyModel.weights(CONFIG, 1)));
        try (LanguageModel model = LanguageModel.open(base, Dtype.BFLOAT16, 1, Devices.CPU)) {
            List<Completion> drawn = model.sample(groups, new Sampling(1, 20)).getFirst();
            assertThat(model.sample(groups, new Sampling(1, 20))
                            .getFirst()
                            .getFirst()
                            .logProbs())
                    .containsExactly(drawn.getFirst().logProbs());
            drawn.forEach(completion -> trajectories.add(trajectory(prompt, completion)));
        }
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16))) {
            float[][] learners = learner.logProbs(trajectories, 1);
            double difference = 0;
            int count = 0;
            for (int i = 0; i < learners.length; i++) {
                Trajectory trajectory = trajectories.get(i);
                double[][] logits = reference.logits(trajectory.tokens());
                for (int t = prompt.length; t < trajectory.length(); t++) {
                    double exact = ReferenceDecoder.logProbs(logits[t - 1], 1)[
                            trajectory.tokens()[t]];
                    assertThat((double) learners[i][t]).as("learner").isCloseTo(exact, within(0.3));
                    assertThat((double) trajectory.samplerLogProbs()[t])
                            .as("sampler")
                            .isCloseTo(exact, within(0.3));
                    difference += Math.abs(learners[i][t] - trajectory.samplerLogProbs()[t]);
                    count++;
                }
            }
            assertThat(difference / count).isBetween(1e-5, 0.05);
        }
    }

    private static Trajectory trajectory(int[] prompt, Completion completion) {
        int length = prompt.length + completion.tokens().length;
        int[] tokens = Arrays.copyOf(prompt, length);
        boolean[] trained = new boolean[length];
        float[] sampler = new float[length];
        for (int i = 0; i < completion.tokens().length; i++) {
            tokens[prompt.length + i] = completion.tokens()[i];
            trained[prompt.length + i] = true;
            sampler[prompt.length + i] = completion.logProbs()[i];
        }
        return new Trajectory(tokens, trained, sampler, 1, 1);
    }

    private static void step(Learner learner, long seed) {
        learner.update(Gradients.batch(CONFIG, seed), Optional.empty(), LOSS, 1e-2);
    }
}
