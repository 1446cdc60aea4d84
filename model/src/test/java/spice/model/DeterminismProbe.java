package spice.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/// A program that samples one shard, takes one training step at the nano model's size and prints digests of both.
/// Run `DeterminismProbe THREADS` in many fresh JVMs: equal lines mean equal bits.
final class DeterminismProbe {
    private DeterminismProbe() {}

    public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
        int threads = Integer.parseInt(arguments[0]);
        Path folder = Files.createTempDirectory("determinism-probe");
        TinyModel.create(folder, TinyModel.nano(), 1);
        List<PromptGroup> groups = groups();
        List<List<Completion>> drawn;
        try (LanguageModel model = LanguageModel.open(folder, Dtype.FLOAT32, threads, Devices.CPU)) {
            drawn = model.sample(groups, new Sampling(1, 24));
        }
        MessageDigest tokens = MessageDigest.getInstance("SHA-256");
        MessageDigest logProbs = MessageDigest.getInstance("SHA-256");
        List<Trajectory> batch = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            for (Completion completion : drawn.get(g)) {
                for (int i = 0; i < completion.tokens().length; i++) {
                    tokens.update(bytes(completion.tokens()[i]));
                    logProbs.update(bytes(Float.floatToIntBits(completion.logProbs()[i])));
                }
                batch.add(trajectory(groups.get(g).prompt(), completion, batch.size() % 3 - 1));
            }
        }
        try (Learner learner = TinyModel.learner(folder, new LearnerSettings(threads, 2048, 0.9, 0.95, 1e-8, 0, 1))) {
            learner.update(batch, Optional.of(learner.logProbs(batch, 1)), new LossSettings(0.2, 2, 24, 1), 1e-4);
            learner.saveModel(folder);
        }
        byte[] weights =
                MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve("model.safetensors")));
        System.out.printf(
                "tokens %s log-probabilities %s weights %s%n",
                hex(tokens.digest()), hex(logProbs.digest()), hex(weights));
    }

    /// Sixteen prompts of 20 to 110 tokens, eight completions each.
    private static List<PromptGroup> groups() {
        Random random = new Random(1);
        List<PromptGroup> groups = new ArrayList<>();
        for (int g = 0; g < 16; g++) {
            int[] prompt = random.ints(20 + 6 * g, 1, 45).toArray();
            groups.add(
                    new PromptGroup(prompt, LongStream.range(8L * g, 8L * g + 8).toArray()));
        }
        return groups;
    }

    private static Trajectory trajectory(int[] prompt, Completion completion, double advantage) {
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
        return new Trajectory(tokens, trained, sampler, advantage, 1.0 / 128);
    }

    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest, 0, 6);
    }
}
