package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.activities.Host;
import spice.activities.RunMemory;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// What `spice plan` says a step takes, beside the most that a process which takes the step ever held.
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

    /// The settings' lengths are those of the bench's job: eight trajectories of 256 tokens; shards of four prompts of
    /// 64 and eight replies of 64.
    private static RunSettings settings(String others) throws InvalidSettings {
        return SettingsReader.read("""
                {"trainThreads": 2, "updateBatch": 8, "reasonerTokens": 216, "attemptShardTasks": 4, "reasonerAttempts": 8,
                 "passageTokens": 8, "challengerTokens": 64, "poseShardDocuments": 4, "groupSize": 8 %s}
                """.formatted(others));
    }

    private static long planned(RunSettings settings, String stage) {
        RunMemory plan = new RunMemory(SHAPE.model(), settings, new Host(Devices.CPU, 2, OptionalLong.empty()));
        return RunMemory.peak(
                plan.most().stream().filter(one -> one.name().equals(stage)).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ", \"dtype\": \"bfloat16\"",
                ", \"recompute\": \"layers\"",
                ", \"dtype\": \"bfloat16\", \"recompute\": \"layers\"",
                ", \"loraRank\": 16"
            })
    void training(String others) throws Exception {
        RunSettings settings = settings(others);

        assertThat(planned(settings, "train"))
                .isCloseTo(
                        measured(Job.training(SHAPE, model, Devices.CPU, settings, Dtype.FLOAT32, SEED)),
                        withinPercentage(PER_CENT));
    }

    @Test
    void sampling() throws Exception {
        RunSettings settings = settings("");

        assertThat(planned(settings, "pose"))
                .isCloseTo(
                        measured(Job.sampling(Job.SAMPLE, SHAPE, model, Devices.CPU, settings, SEED)),
                        withinPercentage(PER_CENT));
    }
}
