package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.ModelConfig;
import spice.model.TinyModel;
import spice.program.UserError;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// Both sides of the comparison with PyTorch, on a tiny model whose weights are large enough for every part to
/// matter: queries share keys, and one token in twelve is the stop token.
class ModelBenchTest {
    private static final Shape TINY =
            new Shape("tiny", new ModelConfig(12, 16, 24, 2, 4, 2, 4, 512, 10_000, 1e-6, true, 0), 3, 2, 2, 1);

    @TempDir
    Path folder;

    private Path model = Path.of("");
    private RunSettings settings;

    @BeforeEach
    void create() throws Exception {
        model = TinyModel.create(folder.resolve("model"), TINY.model(), 1);
        settings = SettingsReader.read("{\"trainThreads\": 2}");
    }

    private ModelBench bench(Optional<Python> python) {
        return new ModelBench(folder, "256m", python, 1, _ -> {});
    }

    @Test
    void withoutPyTorchOurSideIsMeasuredAlone() {
        Measured train = bench(Optional.empty())
                .measure("train", Job.training(TINY, model, Devices.CPU, settings, Dtype.FLOAT32, new Seed(1)));

        assertThat(train.ours().rate().values()).hasSize(1).allMatch(rate -> rate > 0);
        assertThat(train.ours().peakBytes()).isGreaterThan(50_000_000);
        assertThat(train.theirs()).isEmpty();
        assertThat(train.ratio()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"float32, FLOAT32", "bfloat16, BFLOAT16", "bfloat16, FLOAT32"})
    void bothSidesTrainTheSameModelTheSameWay(String ours, Dtype theirs) throws Exception {
        RunSettings chosen = SettingsReader.read("{\"trainThreads\": 2, \"dtype\": \"%s\"}".formatted(ours));
        Measured train = bench(Optional.of(NeededPython.with(Python.TORCH)))
                .measure("train", Job.training(TINY, model, Devices.CPU, chosen, theirs, new Seed(1)));

        assertThat(train.theirs()).isPresent();
    }

    @Test
    void bothSidesGiveEveryTokenTheSameProbability() {
        Measured sample = bench(Optional.of(NeededPython.with(Python.TORCH)))
                .measure("sample", Job.sampling(Job.SAMPLE, TINY, model, Devices.CPU, settings, new Seed(1)));

        assertThat(sample.theirs()).isPresent();
    }

    @Test
    void transformersGeneratesAsManyTokens() {
        Measured sample = bench(Optional.of(NeededPython.with(Python.TORCH, Python.TRANSFORMERS)))
                .measure("generate", Job.sampling(Job.GENERATE, TINY, model, Devices.CPU, settings, new Seed(1)));

        assertThat(sample.theirs().orElseThrow().rate().values()).hasSize(1).allMatch(rate -> rate > 0);
    }

    @Test
    void anythingElseIsNotACaseForAComparison() {
        assertThatThrownBy(() -> ModelBench.same(
                        "train", SideAnswer.Computed.trained(1, 2, 3), SideAnswer.Computed.trained(1, 2.01, 3), 1e-3))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("gradient norm is 2.0, PyTorch's 2.01");
    }
}
