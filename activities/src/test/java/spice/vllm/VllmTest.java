package spice.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
import spice.checkpoints.CommittedModel;
import spice.model.Completion;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.model.ModelConfig;
import spice.model.PromptGroup;
import spice.model.Sampling;
import spice.model.TinyModel;
import spice.model.Trajectory;
import spice.runs.CheckpointRef;
import spice.settings.SettingsReader;
import spice.store.InMemoryBlobStore;

/// A policy against vLLM itself, in float32, with a small random model. Its heads have the least width that vLLM
/// supports.
class VllmTest {
    @RegisterExtension
    static final VllmProcess SERVER = new VllmProcess();

    private static final ModelConfig CONFIG = new ModelConfig(45, 64, 96, 2, 4, 2, 32, 128, 10_000, 1e-6, true, 0);
    private static final double TEMPERATURE = 0.7;
    private static final Sampling SAMPLING = new Sampling(TEMPERATURE, 24);
    /// Largest difference between two implementations in float32.
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

    /// All completions with their prompts, in the form that the learner takes.
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
        return TinyModel.learner(model, new LearnerSettings(1, 4096, 0.9, 0.95, 1e-8, 0, 1));
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

    /// One long test, since a server takes a while to start: samples before and after a training step.
    @Test
    void drawsAsOurOwnModelWouldBeforeAndAfterATrainingStep() throws Exception {
        Path served = served();
        SERVER.start(served, home.resolve("vllm.log"), "spice_plain");
        Path base = TinyModel.create(Files.createDirectory(home.resolve("base")), CONFIG, 1);
        InMemoryBlobStore store = new InMemoryBlobStore();
        CheckpointRef first = CommittedModel.commit(store, base, "base", 0);
        try (VllmPolicySource policies =
                VllmPolicySource.open(settings(SERVER, served), store, home.resolve("scratch"))) {
            List<Trajectory> before = drawn(policies, first);
            assertThat(difference(base, before)).isLessThan(ROUNDING);

            Path next = home.resolve("next");
            try (Learner learner = learner(base)) {
                learner.update(before, Optional.empty(), new LossSettings(0.2, 2, 24, TEMPERATURE), 0.01);
                learner.saveModel(next);
            }
            List<Trajectory> after = drawn(policies, CommittedModel.commit(store, next, "line", 1));
            assertThat(difference(next, after)).isLessThan(ROUNDING);
            assertThat(difference(base, after)).as("the step").isGreaterThan(100 * ROUNDING);
        }
    }

    /// vLLM for the CPU, without our plugin, does not reload weights.
    @Test
    void aServerThatWouldNotReloadIsRefused() throws Exception {
        Path served = served();
        try (VllmProcess server = new VllmProcess()) {
            server.start(served, home.resolve("vllm.log"), "");
            Path base = TinyModel.create(Files.createDirectory(home.resolve("base")), CONFIG, 1);
            InMemoryBlobStore store = new InMemoryBlobStore();
            CheckpointRef first = CommittedModel.commit(store, base, "base", 0);
            try (VllmPolicySource policies =
                    VllmPolicySource.open(settings(server, served), store, home.resolve("scratch"))) {
                assertThatThrownBy(() -> drawn(policies, first))
                        .hasMessageContaining("computes with weights that it does not show");
            }
        }
    }

    private static List<Trajectory> drawn(VllmPolicySource policies, CheckpointRef checkpoint) throws Exception {
        List<PromptGroup> groups = groups();
        return trajectories(
                groups, policies.policy(checkpoint, SettingsReader.read("{}")).sample(groups, SAMPLING));
    }

    private Path served() throws IOException {
        Path served = TinyModel.create(Files.createDirectory(home.resolve("served")), CONFIG, 2);
        Files.writeString(
                served.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"eos_token\": \"<eos>\"}");
        return served;
    }

    private static VllmSettings settings(VllmProcess server, Path served) {
        return VllmSettings.of(
                server.address().toString(),
                served,
                64,
                Duration.ofMinutes(5),
                Map.of("VLLM_API_KEY", VllmProcess.KEY));
    }
}
