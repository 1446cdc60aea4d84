package spice.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import spice.model.Devices;
import spice.model.MemoryPart;
import spice.model.ModelConfig;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

class RunMemoryTest {
    private static final long MB = 1_000_000;
    /// 8 layers of 768 with an embedding of 12,288: 59,781,888 parameters (the sum is checked below).
    private static final ModelConfig MODEL =
            new ModelConfig(12288, 768, 2048, 8, 12, 4, 64, 4096, 10_000, 1e-6, true, 0);

    private static final long PARAMETERS =
            12288L * 768 + 8 * (2L * 768 * 768 + 2 * 256 * 768 + 3 * 2048 * 768 + 2 * 768 + 2 * 64) + 768;

    private static RunSettings settings(String json) throws InvalidSettings {
        return SettingsReader.read(json);
    }

    private static RunMemory memory(String json, OptionalLong bytes) throws InvalidSettings {
        return new RunMemory(MODEL, settings(json), new Host(Devices.CPU, 2, bytes));
    }

    private static Map<String, Long> parts(RunMemory.Stage stage) {
        return stage.parts().stream().collect(Collectors.toMap(MemoryPart::name, MemoryPart::bytes));
    }

    @Test
    void learningHoldsWeightsMomentsAndASetOfGradientsForEachThread() throws Exception {
        assertThat(MODEL.parameters()).isEqualTo(PARAMETERS);
        Map<String, Long> whole = parts(
                memory("{\"trainThreads\": 2}", OptionalLong.empty()).most().getLast());
        assertThat(whole)
                .containsEntry("weights", 4 * PARAMETERS)
                .containsEntry("master copy of the weights", 0L)
                .containsEntry("AdamW's moments", 8 * PARAMETERS)
                .containsEntry("gradients, a set per thread", 8 * PARAMETERS);

        Map<String, Long> rounded = parts(memory(
                        "{\"trainThreads\": 1, \"dtype\": \"bfloat16\", \"recompute\": \"layers\"}",
                        OptionalLong.empty())
                .most()
                .getLast());
        assertThat(rounded)
                .containsEntry("weights", 2 * PARAMETERS)
                .containsEntry("master copy of the weights", 4 * PARAMETERS)
                .containsEntry("gradients, a set per thread", 4 * PARAMETERS)
                .containsEntry("gradients of a micro-batch", PARAMETERS / 8 * 2);
    }

    @Test
    void keysAndValuesAreCountedForEveryTokenOfEveryShard() throws Exception {
        // 32 tasks with 8 replies of 100 tokens, two shards at a time; a token has 2 * 8 * 4 * 64 float32.
        Map<String, Long> parts = parts(memory(
                        "{\"attemptShardTasks\": 32, \"reasonerAttempts\": 8, \"reasonerTokens\": 100}",
                        OptionalLong.empty())
                .most()
                .get(1));
        assertThat(parts).containsEntry("keys and values of the completions", 2L * 32 * 8 * 100 * 4096 * 4);

        // A bound of 1,000 tokens lets in one prompt of 40 with its 8 replies of 100, 840 at first; later more may fill
        // it.
        Map<String, Long> bounded = parts(memory(
                        "{\"reasonerAttempts\": 8, \"reasonerTokens\": 100, \"sampleTokens\": 1000}",
                        OptionalLong.empty())
                .most()
                .get(1));
        assertThat(bounded).containsEntry("keys and values of the completions", 2L * 960 * 4096 * 4);
    }

    @Test
    void adaptersLeaveMomentsAndGradientsSmall() throws Exception {
        Map<String, Long> parts = parts(memory("{\"loraRank\": 1, \"loraTargets\": \"q_proj\"}", OptionalLong.empty())
                .most()
                .getLast());
        // A is (1, 768), B (768, 1), in 8 layers.
        assertThat(parts).containsEntry("AdamW's moments", 8L * 8 * (768 + 768));
    }

    /// Beside bfloat16 weights adapters are float32 and need no master copy; the sampler holds them twice.
    @Test
    void adaptersStandInFloat32BesideRoundedWeights() throws Exception {
        RunMemory run =
                memory("{\"dtype\": \"bfloat16\", \"loraRank\": 1, \"loraTargets\": \"q_proj\"}", OptionalLong.empty());
        long learned = 8 * (768 + 768);
        assertThat(parts(run.most().getLast()))
                .containsEntry("weights", 2 * PARAMETERS + 4 * learned)
                .containsEntry("master copy of the weights", 0L);
        // In the sampler's matrix of queries, keys, both exchanged, and values, B has 2 * (12 + 4) + 4 heads of rows.
        assertThat(parts(run.most().getFirst()))
                .containsEntry("adapters, in both layouts", 4 * learned + 2L * 8 * (768 + 36 * 64));
        assertThat(run.checkpointBytes()).isEqualTo(12 * learned);
        assertThat(run.sharedBytes()).isEqualTo(2 * PARAMETERS);
    }

    @Test
    void anOffloadedOptimizerIsCountedApart() throws Exception {
        RunMemory memory = new RunMemory(
                MODEL,
                settings("{\"dtype\": \"bfloat16\"}"),
                new Host(Devices.parse("cuda:0").offloading(), 1, OptionalLong.empty()));

        assertThat(parts(memory.most().getLast()))
                .containsEntry("weights", 2 * PARAMETERS)
                .containsEntry("AdamW's moments", 0L)
                .containsEntry("master copy of the weights", 0L);
        // Master copy, two moments and gradients, in float32.
        assertThat(memory.offloadedBytes()).isEqualTo(16 * PARAMETERS);
    }

    @Test
    void aCheckpointIsWeightsMasterCopyAndMoments() throws Exception {
        assertThat(memory("{}", OptionalLong.empty()).checkpointBytes()).isEqualTo(12 * PARAMETERS);
        assertThat(memory("{\"dtype\": \"bfloat16\"}", OptionalLong.empty()).checkpointBytes())
                .isEqualTo(14 * PARAMETERS);
    }

    @Test
    void whatCannotFitIsRefusedWithTheSettingsThatHelp() throws Exception {
        RunMemory run = memory("{\"trainThreads\": 2}", OptionalLong.of(2000 * MB));

        assertThatThrownBy(() -> run.checkSampling(true)).isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
            assertThat(failure.getType()).isEqualTo("DOES_NOT_FIT");
            assertThat(failure.isNonRetryable()).isTrue();
            assertThat(failure.getOriginalMessage())
                    .contains("60 million parameters", "the worker's machine has 2.0 GB", "Set recompute=layers,");
        });
        assertThatCode(() -> run.checkSampling(false)).doesNotThrowAnyException();
        assertThatThrownBy(() -> run.checkTraining(false)).isInstanceOf(ApplicationFailure.class);
    }

    /// With adapters sampling takes more than training, because it holds the weights in its own layout.
    @Test
    void aTrainerThatDoesNotSampleIsNotCheckedForSampling() throws Exception {
        RunMemory run = memory("{\"trainThreads\": 1, \"loraRank\": 1}", OptionalLong.empty());
        long training = RunMemory.peak(List.of(run.least().getLast()));
        long sampling = RunMemory.peak(List.of(run.least().getFirst()));
        assertThat(sampling).isGreaterThan(training);

        RunMemory between = memory("{\"trainThreads\": 1, \"loraRank\": 1}", OptionalLong.of(training));
        assertThatCode(() -> between.checkTraining(false)).doesNotThrowAnyException();
        assertThatThrownBy(() -> between.checkTraining(true)).isInstanceOf(ApplicationFailure.class);
    }

    @Test
    void aMachineWhoseMemoryIsNotKnownRefusesNothing() throws Exception {
        RunMemory run = memory("{}", OptionalLong.empty());
        assertThatCode(() -> run.checkTraining(true)).doesNotThrowAnyException();
    }

    @Test
    void remediesAreNoMoreThanIsNeeded() throws Exception {
        RunMemory run = memory("{\"trainThreads\": 2}", OptionalLong.empty());
        long most = RunMemory.peak(run.most());

        List<String> remedies = run.remedies(RunMemory::most, most - 1);

        assertThat(remedies).containsExactly("recompute=layers");
        assertThat(run.remedies(RunMemory::most, most)).isEmpty();
        assertThat(run.remedies(RunMemory::most, 100 * MB)).isEmpty();
    }
}
