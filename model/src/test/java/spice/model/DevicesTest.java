package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A gradient update over several devices. A processor that is named several times has as many copies of the
/// model. This covers everything except the copying from one memory to another.
class DevicesTest {
    private static final LearnerSettings SETTINGS = new LearnerSettings(1, 40, 0.9, 0.95, 1e-8, 0.1, 1);
    private static final LossSettings LOSS = new LossSettings(0.01, 2, 5, 0.8);

    @TempDir
    Path folder;

    private static List<Trajectory> batch() {
        return Gradients.batch(TinyModel.config(), 1, 9, 3);
    }

    private record Learned(List<UpdateReport> reports, double imitated, Map<String, HostTensor> weights) {}

    /// Three updates against the log-probabilities from before the first, and a step of imitation. Each needs all
    /// copies to have the weights that the step before has left.
    private Learned learned(String devices) {
        Path model = TinyModel.create(folder.resolve("model-" + devices), TinyModel.config(), 1);
        Path saved = folder.resolve("saved-" + devices);
        List<UpdateReport> reports = new ArrayList<>();
        double imitated;
        try (Learner learner = Learner.open(model, Optional.empty(), SETTINGS, Devices.parse(devices), Pulse.NONE)) {
            float[][] old = learner.logProbs(batch(), LOSS.temperature());
            for (int i = 0; i < 3; i++) {
                reports.add(learner.update(batch(), Optional.of(old), LOSS, 1e-2));
            }
            imitated = learner.imitate(batch(), 1e-2);
            learner.saveModel(saved);
        }
        return new Learned(reports, imitated, ModelFolder.weights(saved, TinyModel.config()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu,cpu", "cpu,cpu,cpu"})
    void severalLearnWhatOneDoes(String devices) {
        Learned one = learned("cpu");
        Learned several = learned(devices);

        assertThat(one.reports().getLast().clipShare()).isGreaterThan(0.1);
        for (int i = 0; i < one.reports().size(); i++) {
            UpdateReport expected = one.reports().get(i);
            UpdateReport found = several.reports().get(i);
            assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-5));
            assertThat(found.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-5));
            assertThat(found.entropy()).isCloseTo(expected.entropy(), within(1e-5));
            assertThat(found.tokens()).isEqualTo(expected.tokens());
        }
        assertThat(several.imitated()).isCloseTo(one.imitated(), within(1e-5));
        one.weights()
                .forEach(
                        (name, tensor) -> assertThat(several.weights().get(name).values())
                                .as(name)
                                .containsExactly(tensor.values(), within(1e-5f)));
    }

    @Test
    void aGpuThatIsNotThereIsNamedWithWhatItNeeds() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "there is a GPU here");
        assertThatThrownBy(() -> Devices.parse("gpu").test())
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("cuda:0 cannot be used: ")
                .hasMessageContaining("its driver, and libtorch for CUDA")
                .message()
                .hasLineCount(1)
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tpu | tpu is no device; give cpu, or for example cuda:0,cuda:1",
                "cuda:0,cuda:0 | cuda:0 is named twice; a GPU holds one copy of the model",
                "cpu, | is no device",
            })
    void whatIsNoDeviceIsNamed(String text, String problem) {
        assertThatThrownBy(() -> Devices.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void eachGpuComputesWithOneThread() {
        assertThat(Devices.parse("cuda").names()).containsExactly("cuda:0");
        assertThat(Devices.parse("cuda:0,cuda:1").threads(8)).isEqualTo(2);
        assertThat(Devices.parse("cpu").threads(8)).isEqualTo(8);
        assertThat(Devices.parse("cpu,cpu").threads(1)).isEqualTo(2);
    }
}
