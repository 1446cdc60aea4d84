package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The sampler computes with what the learner learned, however small the steps: for every dtype, with adapters and
/// without.
class SamplerLearnerTest {
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 16, 1);
    private static final Lora ALL = new Lora(16, 32, EnumSet.allOf(AdaptedMatrix.class), 1);
    private static final Lora SOME = new Lora(2, 1, Set.of(AdaptedMatrix.V_PROJ, AdaptedMatrix.DOWN_PROJ), 1);
    private static final Lora OTHERS =
            new Lora(3, 2, Set.of(AdaptedMatrix.K_PROJ, AdaptedMatrix.O_PROJ, AdaptedMatrix.UP_PROJ), 1);

    @TempDir
    Path folder;

    private static LearnerSettings settings(Dtype dtype, Optional<Lora> lora) {
        return new LearnerSettings(1, 512, 0.9, 0.95, 1e-8, 0, 1, dtype, false, lora);
    }

    static Stream<Arguments> pairs() {
        return Stream.of(1e-6, 1e-5, 1e-4)
                .flatMap(rate -> Stream.of(Dtype.values())
                        .flatMap(dtype -> Stream.of(Optional.<Lora>empty(), Optional.of(ALL))
                                .map(lora -> Arguments.of(rate, dtype, lora))));
    }

    /// Where both read whole sequences they compute the same numbers. Only the number of rows in a product differs,
    /// by which a few sums round otherwise. Merged into bfloat16 weights, the adapter would lose 98, 77 and 8 % of
    /// what it changes here, and the distance would be 0.01 to 0.02.
    @ParameterizedTest
    @MethodSource("pairs")
    void seesWhatTenStepsChanged(double rate, Dtype dtype, Optional<Lora> lora) {
        Path base = TinyModel.create(folder.resolve("base"), TinyModel.nano(), 1);
        Path saved = folder.resolve("saved");
        List<Trajectory> batch = Gradients.batch(TinyModel.nano(), 1, 8, 6);
        float[][] before;
        float[][] after;
        try (Learner learner = TinyModel.learner(base, settings(dtype, lora))) {
            before = learner.logProbs(batch, 1);
            for (int i = 0; i < 10; i++) {
                learner.update(batch, Optional.of(before), LOSS, rate);
            }
            after = learner.logProbs(batch, 1);
            learner.saveModel(saved);
        }
        double change = distance(before, after);
        assertThat(change).isGreaterThan(1e-4);
        assertThat(distance(sampler(saved, dtype), after))
                .isLessThan(dtype == Dtype.FLOAT32 ? 1e-5 : 1e-3)
                .isLessThan(change / 8);
    }

    private static float[][] sampler(Path model, Dtype dtype) {
        try (LanguageModel opened = LanguageModel.open(model, dtype, 1, Devices.CPU)) {
            return Scores.of(opened, Gradients.batch(TinyModel.nano(), 1, 8, 6));
        }
    }

    /// What the learner's own pass in bfloat16 shows of a small step is what a float32 model of the same weights
    /// and adapter shows, up to noise that averages out. Summed after rounding, one part in seven would be left.
    @Test
    void theLearnerItselfSeesSmallStepsOfAnAdapterInBfloat16() {
        Path base = TinyModel.create(folder.resolve("base"), TinyModel.nano(), 1);
        Path start = folder.resolve("start");
        Path saved = folder.resolve("saved");
        List<Trajectory> batch = Gradients.batch(TinyModel.nano(), 1, 16, 8);
        float[][] before;
        float[][] after;
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16, Optional.of(ALL)))) {
            learner.saveModel(start);
            before = learner.logProbs(batch, 1);
            for (int i = 0; i < 10; i++) {
                learner.update(batch, Optional.of(before), LOSS, 2e-5);
            }
            after = learner.logProbs(batch, 1);
            learner.saveModel(saved);
        }
        assertThat(slope(before, after, exact(start, batch), exact(saved, batch)))
                .isCloseTo(1, within(0.15));
    }

    private static float[][] exact(Path model, List<Trajectory> batch) {
        try (Learner learner = TinyModel.learner(model, settings(Dtype.FLOAT32, Optional.of(ALL)))) {
            return learner.logProbs(batch, 1);
        }
    }

    static Stream<Arguments> families() {
        return Stream.of(TinyModel.config(), TinyModel.untied(), TinyModel.qwen2(), TinyModel.llama(), TinyModel.yarn())
                .flatMap(config -> Stream.of(ALL, SOME, OTHERS).map(lora -> Arguments.of(config, lora)));
    }

    /// Decoding token by token with the adapter beside float32 weights draws what decoding with the sum draws.
    @ParameterizedTest
    @MethodSource("families")
    void decodesWithTheAdapterBesideTheWeights(ModelConfig config, Lora lora) {
        Path base = TinyModel.create(folder.resolve("base"), config, 1);
        Path saved = folder.resolve("saved");
        try (Learner learner = TinyModel.learner(base, settings(Dtype.FLOAT32, Optional.of(lora)))) {
            for (int i = 0; i < 10; i++) {
                learner.imitate(Gradients.batch(config, i), 3e-2);
            }
            learner.saveModel(saved);
        }
        List<Completion> merged = drawn(LanguageModel.open(saved, Dtype.FLOAT32, 1, Devices.CPU));
        List<Completion> beside = drawn(new LanguageModel(
                Decoder.beside(saved, Dtype.FLOAT32, Device.cpu()), ModelFolder.codec(saved), 1, Pulse.NONE));
        List<Completion> ofBase = drawn(TinyModel.open(base));

        for (int i = 0; i < merged.size(); i++) {
            assertThat(beside.get(i).tokens()).containsExactly(merged.get(i).tokens());
            assertThat(beside.get(i).logProbs()).containsExactly(merged.get(i).logProbs(), within(1e-4f));
        }
        assertThat(ofBase.getFirst().logProbs()[0])
                .isNotCloseTo(merged.getFirst().logProbs()[0], within(1e-2f));
    }

    static Stream<Arguments> decoding() {
        return Stream.of(Arguments.of(Dtype.FLOAT32, 1e-4), Arguments.of(Dtype.BFLOAT16, 0.05))
                .flatMap(pair -> Stream.of(Optional.<Lora>empty(), Optional.of(ALL))
                        .map(lora -> Arguments.of(pair.get()[0], lora, pair.get()[1])));
    }

    /// Decoding rounds in other places than reading whole sequences does; the bounds are those of docs/memory.md.
    @ParameterizedTest
    @MethodSource("decoding")
    void decodesCloseToTheLearner(Dtype dtype, Optional<Lora> lora, double bound) {
        Path base = TinyModel.create(folder.resolve("base"), TinyModel.nano(), 1);
        Path saved = folder.resolve("saved");
        try (Learner learner = TinyModel.learner(base, settings(dtype, lora))) {
            for (int i = 0; i < 5; i++) {
                learner.imitate(Gradients.batch(TinyModel.nano(), i, 8, 6), 1e-3);
            }
            learner.saveModel(saved);
            List<Trajectory> sampled = new ArrayList<>();
            int[] prompt = {3, 1, 4, 1, 5};
            for (Completion completion : drawn(LanguageModel.open(saved, dtype, 1, Devices.CPU))) {
                sampled.add(trajectory(prompt, completion));
            }
            assertThat(learner.update(sampled, Optional.empty(), LOSS, 0).samplerLearnerDifference())
                    .isLessThan(bound);
        }
    }

    private static List<Completion> drawn(LanguageModel opened) {
        try (LanguageModel model = opened) {
            long[] seeds = new Random(1).longs(8).toArray();
            return model.sample(List.of(new PromptGroup(new int[] {3, 1, 4, 1, 5}, seeds)), new Sampling(1, 30))
                    .getFirst();
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

    /// The mean distance of two numbers.
    private static double distance(float[][] some, float[][] others) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < some.length; i++) {
            for (int t = 0; t < some[i].length; t++) {
                sum += Math.abs(some[i][t] - others[i][t]);
                count++;
            }
        }
        return sum / count;
    }

    /// The share of the exact change that is in the other: the slope of the line through zero that fits best.
    private static double slope(float[][] before, float[][] after, float[][] exactBefore, float[][] exactAfter) {
        double both = 0;
        double square = 0;
        for (int i = 0; i < before.length; i++) {
            for (int t = 0; t < before[i].length; t++) {
                double exact = exactAfter[i][t] - exactBefore[i][t];
                both += exact * (after[i][t] - before[i][t]);
                square += exact * exact;
            }
        }
        return both / square;
    }
}
