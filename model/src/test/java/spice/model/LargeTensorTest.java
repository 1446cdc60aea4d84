package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tensors large enough to go to native memory and back in several parts: an embedding of 2.5 million numbers and
/// a gate of 1.3 million.
class LargeTensorTest {
    private static final int HIDDEN = 64;
    private static final int INSIDE = 20_000;
    private static final ModelConfig CONFIG =
            new ModelConfig(40_000, HIDDEN, INSIDE, 1, 2, 1, 32, 64, 10_000, 1e-6, true, 0);
    private static final String GATE = "model.layers.0.mlp.gate_proj.weight";
    private static final LearnerSettings ALL = new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0, 1);

    @TempDir
    Path folder;

    private Path base;

    @BeforeEach
    void createBase() {
        base = folder.resolve("base");
        ModelFolder.create(base, CONFIG, 1);
        assertThat(HostTensor.size(40_000, HIDDEN)).isGreaterThan(2L * HostTensor.PART);
        assertThat(HostTensor.size(INSIDE, HIDDEN)).isGreaterThan(HostTensor.PART);
    }

    @Test
    void comeBackAsTheyWere() throws IOException {
        try (Learner learner = TinyModel.learner(base, ALL)) {
            learner.saveModel(folder.resolve("saved"));
        }

        assertThat(Files.mismatch(
                        base.resolve(ModelFolder.WEIGHTS),
                        folder.resolve("saved").resolve(ModelFolder.WEIGHTS)))
                .isEqualTo(-1);
    }

    @Test
    void anAdapterIsMergedIntoEveryRow() {
        Lora lora = new Lora(2, 4, EnumSet.of(AdaptedMatrix.GATE_PROJ), 1);
        LearnerSettings adapting =
                new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0, 1, Dtype.FLOAT32, false, Optional.of(lora));
        Path child = folder.resolve("child");
        try (Learner learner = TinyModel.learner(base, adapting)) {
            // The first step moves B away from zero, the second A.
            List<Trajectory> batch = Gradients.batch(CONFIG, 1);
            learner.imitate(batch, 0.01);
            learner.imitate(batch, 0.01);
            learner.saveModel(child);
        }

        float[] before = ModelFolder.weights(base, CONFIG).get(GATE).values();
        ModelFolder.merge(child, folder.resolve("merged"));
        float[] after =
                ModelFolder.weights(folder.resolve("merged"), CONFIG).get(GATE).values();
        Map<String, HostTensor> factors = AdapterFolder.read(child, CONFIG).values();
        float[] a = factors.get("base_model.model.model.layers.0.mlp.gate_proj.lora_A.weight")
                .values();
        float[] b = factors.get("base_model.model.model.layers.0.mlp.gate_proj.lora_B.weight")
                .values();
        for (int row = 0; row < INSIDE; row++) {
            for (int column = 0; column < HIDDEN; column++) {
                float added = 2 * (b[2 * row] * a[column] + b[2 * row + 1] * a[HIDDEN + column]);
                int at = row * HIDDEN + column;
                assertThat(after[at]).isCloseTo(before[at] + added, within(1e-6f));
            }
        }
        assertThat(after[after.length - 1]).isNotEqualTo(before[before.length - 1]);
    }
}
