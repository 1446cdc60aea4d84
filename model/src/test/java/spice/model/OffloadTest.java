package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// An optimizer in the host's memory. With the model on the processor it is the same memory, so the numbers must
/// be the same. This covers everything except the copying from a GPU and back.
class OffloadTest {
    private static final LossSettings LOSS = new LossSettings(0.01, 2, 5, 0.8);
    private static final ModelConfig CONFIG = TinyModel.config();

    @TempDir
    Path folder;

    static Stream<Arguments> kinds() {
        Optional<Lora> lora = Optional.of(new Lora(2, 4, EnumSet.allOf(AdaptedMatrix.class), 1));
        return Stream.of(Dtype.values())
                .flatMap(dtype -> Stream.of(Arguments.of(dtype, Optional.empty()), Arguments.of(dtype, lora)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void itTakesTheSameStepsBitForBit(Dtype dtype, Optional<Lora> lora) throws Exception {
        LearnerSettings settings = new LearnerSettings(2, 60, 0.9, 0.95, 1e-8, 0.1, 1, dtype, false, lora);

        Path here = steps("here", settings, Devices.CPU, Devices.CPU);
        Path there = steps("there", settings, Devices.CPU.offloading(), Devices.CPU.offloading());
        Path moved = steps("moved", settings, Devices.CPU.offloading(), Devices.CPU);

        String learned = lora.isEmpty() ? "second/model.safetensors" : "second/adapter/adapter_model.safetensors";
        for (String file : List.of(learned, "second.safetensors")) {
            assertThat(Files.mismatch(there.resolve(file), here.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
            assertThat(Files.mismatch(moved.resolve(file), here.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
        assertThat(Files.mismatch(here.resolve("second.safetensors"), here.resolve("first.safetensors")))
                .as("moments move")
                .isNotEqualTo(-1);
    }

    /// Takes two updates, saves, opens the result on the second devices and takes a third.
    private Path steps(String name, LearnerSettings settings, Devices first, Devices second) {
        Path at = folder.resolve(name);
        Path model = TinyModel.create(at.resolve("model"), CONFIG, 1);
        step(model, Optional.empty(), settings, first, at.resolve("first"), 2);
        step(
                at.resolve("first"),
                Optional.of(at.resolve("first.safetensors")),
                settings,
                second,
                at.resolve("second"),
                1);
        return at;
    }

    private static void step(
            Path model, Optional<Path> optimizer, LearnerSettings settings, Devices devices, Path child, int updates) {
        List<Trajectory> batch = Gradients.batch(CONFIG, 1, 9, 3);
        try (Learner learner = Learner.open(model, optimizer, settings, devices, Pulse.NONE)) {
            for (int i = 0; i < updates; i++) {
                learner.update(batch, Optional.empty(), LOSS, 1e-2);
            }
            learner.saveModel(child);
            learner.saveOptimizer(child.resolveSibling(child.getFileName() + ".safetensors"));
        }
    }
}
