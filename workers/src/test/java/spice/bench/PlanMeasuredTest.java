package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.policies.Host;
import spice.policies.RunMemory;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// Compares the memory that `spice plan` predicts for a step with the peak of a process that takes this step.
class PlanMeasuredTest {
    private static final Shape SHAPE = Shape.named("15M").orElseThrow();
    private static final int PER_CENT = 15;
    private static final Seed SEED = new Seed(1);

    @TempDir
    Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void create() {
        model = BenchModel.create(folder.resolve("model"), SHAPE, Path.of("..", "models", "nano"));
    }

    private long measured(Job job) {
        return new ModelBench(folder, "512m", Optional.empty(), 1, _ -> {})
                .measure("job", job)
                .ours()
                .peakBytes();
    }

    /// The settings' lengths are those of the bench's job: trajectories of 256 tokens; shards of four prompts
    /// of 64 and eight replies of 64.
    private static RunSettings settings(int trajectories, @Nullable String others) throws InvalidSettings {
        return SettingsReader.read("""
                {"trainThreads": 2, "updateBatch": %d, "reasonerTokens": 216, "attemptShardTasks": 4, "reasonerAttempts": 8,
                 "passageTokens": 8, "challengerTokens": 64, "poseShardDocuments": 4, "groupSize": 8 %s}
                """.formatted(trajectories, others == null ? "" : ", " + others));
    }

    private static long planned(RunSettings settings, String stage) {
        RunMemory plan = new RunMemory(SHAPE.model(), settings, new Host(Devices.CPU, 2, OptionalLong.empty()));
        return RunMemory.peak(
                plan.most().stream().filter(one -> one.name().equals(stage)).toList());
    }

    /// The process takes two updates; in the second, the optimizer's moments are there from the start. A
    /// processor without AVX-512 takes minutes for bfloat16, so its updates are smaller. Four trajectories are
    /// the fewest with which a plan for float32, or one without recomputing, would still be more than 15 % off.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8 |",
                "4 | \"dtype\": \"bfloat16\"",
                "8 | \"recompute\": \"layers\"",
                "4 | \"dtype\": \"bfloat16\", \"recompute\": \"layers\"",
                "8 | \"loraRank\": 16",
                "4 | \"dtype\": \"bfloat16\", \"loraRank\": 16"
            })
    void training(int trajectories, @Nullable String others) throws Exception {
        RunSettings settings = settings(trajectories, others);
        Shape shape = new Shape(SHAPE.name(), SHAPE.model(), trajectories, 1, SHAPE.prompts(), SHAPE.batches());

        assertThat(planned(settings, "train"))
                .isCloseTo(
                        measured(Job.training(shape, model, Devices.CPU, settings, Dtype.FLOAT32, SEED)),
                        withinPercentage(PER_CENT));
    }

    @Test
    void sampling() throws Exception {
        RunSettings settings = settings(SHAPE.sequences(), null);

        assertThat(planned(settings, "pose"))
                .isCloseTo(
                        measured(Job.sampling(Job.SAMPLE, SHAPE, model, Devices.CPU, settings, SEED)),
                        withinPercentage(PER_CENT));
    }
}
