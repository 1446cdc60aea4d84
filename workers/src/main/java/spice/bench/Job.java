package spice.bench;

import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.activities.TrainerActivitiesImpl;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.model.ModelConfig;
import spice.settings.RunSettings;

/// What both sides are told, as JSON.
///
/// @param part train, sample or generate, which is to sample beside a library's own loop
/// @param folder of the model
/// @param device as PyTorch names it
/// @param learner optimizer, micro-batches and our type of number
/// @param peerDtype training: the other side's type of number; bfloat16 by autocast, which is PyTorch's own way
/// @param loss of training; its temperature is the sampling's as well
/// @param repeats updates or batches in one measurement
/// @param tokens training: (B, T + 1), of which all but each first one are trained
/// @param samplerLogProbs training: (B, T + 1), the first of each row unused
/// @param advantages training: (B)
/// @param prompts sampling: (G, P)
/// @param completions sampling: of each prompt
/// @param newTokens sampling: of a completion without stop token
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

    /// What a GPU is given at a time, whose memory would be idle over what fills a processor's cores.
    private static final int GPU_SEQUENCES = 32;

    private static final int GPU_PROMPTS = 16;

    /// Gradient updates on random tokens, whose sampler is taken to have been as undecided as a fresh model.
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

    /// Completions of random prompts.
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
                TrainerActivitiesImpl.learnerSettings(settings),
                peerDtype,
                TrainerActivitiesImpl.lossSettings(settings),
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
