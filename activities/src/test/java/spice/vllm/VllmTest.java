package spice.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.CommittedModel;
import spice.model.Completion;
import spice.model.LanguageModel;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.model.ModelConfig;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Sampling;
import spice.model.TinyModel;
import spice.model.Trajectory;
import spice.store.InMemoryBlobStore;
import spice.workflows.CheckpointRef;

/// Against vLLM itself, in float32, with a small random model: the width of its heads is the least that vLLM computes.
class VllmTest {
    @RegisterExtension
    static final VllmProcess SERVER = new VllmProcess();

    private static final ModelConfig CONFIG = new ModelConfig(45, 64, 96, 2, 4, 2, 32, 128, 10_000, 1e-6, true, 0);
    private static final double TEMPERATURE = 0.7;
    private static final Sampling SAMPLING = new Sampling(TEMPERATURE, 24);
    /// Two ways of computing the same in float32.
    private static final double ROUNDING = 1e-4;

    @TempDir
    Path home;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static List<PromptGroup> groups() {
        return IntStream.range(0, 6)
                .mapToObj(g -> new PromptGroup(
                        IntStream.range(0, 1 + 7 * g).map(i -> 1 + i * i % 44).toArray(),
                        LongStream.range(100 * g, 100 * g + 8).toArray()))
                .toList();
    }

    /// All completions with their prompts, as the learner gets them.
    private static List<Trajectory> trajectories(List<PromptGroup> groups, List<List<Completion>> drawn) {
        List<Trajectory> all = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            int[] prompt = groups.get(g).prompt();
            for (Completion completion : drawn.get(g)) {
                int length = prompt.length + completion.tokens().length;
                int[] tokens = Arrays.copyOf(prompt, length);
                boolean[] trained = new boolean[length];
                float[] logProbs = new float[length];
                for (int i = prompt.length; i < length; i++) {
                    tokens[i] = completion.tokens()[i - prompt.length];
                    logProbs[i] = completion.logProbs()[i - prompt.length];
                    trained[i] = true;
                }
                all.add(new Trajectory(tokens, trained, logProbs, all.size() % 2 == 0 ? 1 : -1, 1.0 / 48));
            }
        }
        return all;
    }

    private static Learner learner(Path model) {
        return Learner.open(model, Optional.empty(), new LearnerSettings(1, 4096, 0.9, 0.95, 1e-8, 0, 1));
    }

    /// The largest difference between the sampler's log-probabilities and those that our own model computes.
    private static double difference(Path model, List<Trajectory> trajectories) {
        try (Learner learner = learner(model)) {
            float[][] ours = learner.logProbs(trajectories, TEMPERATURE);
            double largest = 0;
            for (int i = 0; i < ours.length; i++) {
                for (int t = 0; t < ours[i].length; t++) {
                    largest = Math.max(
                            largest, Math.abs(ours[i][t] - trajectories.get(i).samplerLogProbs()[t]));
                }
            }
            return largest;
        }
    }

    /// One story, since a server takes a while to start.
    @Test
    void samplesEachCheckpointAsOurOwnModelWouldAndIsReloadedAfterATrainingStep() throws Exception {
        Path base = TinyModel.create(Files.createDirectory(home.resolve("base")), CONFIG, 1);
        Path served = TinyModel.create(Files.createDirectory(home.resolve("served")), CONFIG, 2);
        Files.writeString(
                served.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"eos_token\": \"<eos>\"}");
        SERVER.start(served, home.resolve("vllm.log"));
        InMemoryBlobStore store = new InMemoryBlobStore();
        CheckpointRef first = CommittedModel.commit(store, base, "base", 0);
        VllmSettings settings = VllmSettings.of(
                SERVER.address().toString(),
                served,
                64,
                Duration.ofMinutes(5),
                Map.of("VLLM_API_KEY", VllmProcess.KEY));
        try (VllmPolicies policies = VllmPolicies.open(settings, store, home.resolve("scratch"))) {
            List<PromptGroup> groups = groups();
            List<List<Completion>> drawn = policies.policy(first).sample(groups, SAMPLING);

            List<Trajectory> sampled = trajectories(groups, drawn);
            assertThat(sampled).hasSize(48);
            assertThat(drawn.stream().flatMap(List::stream).map(completion -> completion.tokens().length))
                    .as("lengths: some stop, some do not")
                    .contains(24)
                    .anyMatch(length -> length < 24);
            assertThat(difference(base, sampled)).isLessThan(ROUNDING);
            assertThat(difference(served, sampled))
                    .as("of what it was started with")
                    .isGreaterThan(0.1);
            assertGreedyIsOurs(base, policies.policy(first), groups);

            Path trained = home.resolve("trained");
            try (Learner learner = learner(base)) {
                learner.update(sampled, new LossSettings(0.2, 2, 0, 24, TEMPERATURE), 1e-2);
                learner.saveModel(trained);
            }
            CheckpointRef second = CommittedModel.commit(store, trained, "line", 1);
            List<List<Completion>> after = policies.policy(second).sample(groups, SAMPLING);

            List<Trajectory> resampled = trajectories(groups, after);
            assertThat(difference(trained, resampled)).isLessThan(ROUNDING);
            assertThat(difference(base, resampled))
                    .as("of the weights before the step")
                    .isGreaterThan(0.01);
            assertGreedyIsOurs(trained, policies.policy(second), groups);

            // The base again, as an evaluation asks for it, with the seeds from before.
            List<Trajectory> again = trajectories(groups, policies.policy(first).sample(groups, SAMPLING));
            assertThat(difference(base, again)).isLessThan(ROUNDING);
            assertThat(again.stream().map(trajectory -> Arrays.toString(trajectory.tokens())))
                    .isEqualTo(sampled.stream()
                            .map(trajectory -> Arrays.toString(trajectory.tokens()))
                            .toList());
        }
    }

    private static void assertGreedyIsOurs(Path model, Policy policy, List<PromptGroup> groups) {
        List<PromptGroup> once = groups.stream()
                .map(group -> new PromptGroup(group.prompt(), new long[] {1}))
                .toList();
        Sampling greedy = new Sampling(0, 24);
        List<List<Completion>> theirs = policy.sample(once, greedy);
        try (LanguageModel ours = LanguageModel.open(model, 1)) {
            List<List<Completion>> expected = ours.sample(once, greedy);
            for (int g = 0; g < once.size(); g++) {
                Completion is = theirs.get(g).getFirst();
                Completion should = expected.get(g).getFirst();
                assertThat(is.tokens()).containsExactly(should.tokens());
                assertThat(is.logProbs()).containsExactly(should.logProbs(), within((float) ROUNDING));
                assertThat(is.stopReason()).isEqualTo(should.stopReason());
            }
        }
    }
}
