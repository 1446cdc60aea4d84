package spice.bench;

import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.model.ModelConfig;
import spice.policies.ModelSettings;
import spice.settings.RunSettings;

/// A job that both sides read as JSON. Fields for the other kind of work are empty or 0.
///
/// @param part [#TRAIN], [#SAMPLE], or [#GENERATE]: sampling, where the other side uses the loop of transformers
/// @param folder of the model
/// @param device as PyTorch names it
/// @param threads of each side
/// @param learner optimizer, micro-batches and our dtype
/// @param peerDtype dtype of the other side's training; bfloat16 by autocast, as PyTorch does it
/// @param loss of training; its temperature is also that of sampling
/// @param repeats updates or batches in one measurement
/// @param tokens (B, T + 1) to train on; the first of each row is not trained
/// @param samplerLogProbs (B, T + 1) for training; the first of each row is unused
/// @param advantages (B) for training
/// @param prompts (G, P) to sample from
/// @param completions of each prompt
/// @param newTokens most tokens of a completion
@SuppressWarnings("ArrayRecordComponent") // written and read as JSON; never compared
record Job(
        String part,
        String folder,
        String device,
        int threads,
        LearnerSettings learner,
        Dtype peerDtype,
        LossSettings loss,
        double learningRate,
        int repeats,
        int[][] tokens,
        float[][] samplerLogProbs,
        double[] advantages,
        int[][] prompts,
        int completions,
        int newTokens) {
    static final String TRAIN = "train";
    static final String SAMPLE = "sample";
    static final String GENERATE = "generate";

    /// Sequences of an update on a GPU, on which the number for a processor would leave memory idle.
    private static final int GPU_SEQUENCES = 32;

    /// Prompts of a batch on a GPU, for the reason of [#GPU_SEQUENCES].
    private static final int GPU_PROMPTS = 16;

    /// A job of gradient updates on random tokens. Their log-probabilities are near those of a fresh model, for
    /// which all tokens are about equally likely.
    static Job training(Shape shape, Path folder, Devices device, RunSettings settings, Dtype peerDtype, Seed seed) {
        int sequences = device.areProcessors() ? shape.sequences() : GPU_SEQUENCES;
        RandomGenerator random = seed.child(TRAIN).random();
        int[][] tokens = tokens(shape.model(), sequences, Shape.LENGTH + 1, random);
        float even = (float) -Math.log(shape.model().vocabularySize());
        float[][] sampler = Stream.generate(() -> logProbs(even, Shape.LENGTH + 1, random))
                .limit(sequences)
                .toArray(float[][]::new);
        double[] advantages = random.doubles(sequences).map(x -> 2 * x - 1).toArray();
        return of(
                TRAIN,
                folder,
                device,
                settings,
                peerDtype,
                shape.updates(),
                tokens,
                sampler,
                advantages,
                new int[0][],
                0,
                0);
    }

    /// A job of sampling completions of random prompts.
    ///
    /// @param part [#SAMPLE] or [#GENERATE]
    static Job sampling(String part, Shape shape, Path folder, Devices device, RunSettings settings, Seed seed) {
        int[][] prompts = tokens(
                shape.model(),
                device.areProcessors() ? shape.prompts() * settings.trainThreads() : GPU_PROMPTS,
                Shape.PROMPT,
                seed.child(SAMPLE).random());
        return of(
                part,
                folder,
                device,
                settings,
                Dtype.FLOAT32,
                shape.batches(),
                new int[0][],
                new float[0][],
                new double[0],
                prompts,
                Shape.COMPLETIONS,
                Shape.NEW_TOKENS);
    }

    private static Job of(
            String part,
            Path folder,
            Devices device,
            RunSettings settings,
            Dtype peerDtype,
            int repeats,
            int[][] tokens,
            float[][] samplerLogProbs,
            double[] advantages,
            int[][] prompts,
            int completions,
            int newTokens) {
        return new Job(
                part,
                folder.toString(),
                device.toString(),
                settings.trainThreads(),
                ModelSettings.learner(settings),
                peerDtype,
                ModelSettings.loss(settings),
                settings.learningRate(),
                repeats,
                tokens,
                samplerLogProbs,
                advantages,
                prompts,
                completions,
                newTokens);
    }

    private static int[][] tokens(ModelConfig model, int rows, int length, RandomGenerator random) {
        return IntStream.range(0, rows)
                .mapToObj(_ -> random.ints(length, 1, model.vocabularySize()).toArray())
                .toArray(int[][]::new);
    }

    private static float[] logProbs(float middle, int length, RandomGenerator random) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = middle + random.nextFloat() / 10;
        }
        return values;
    }
}
