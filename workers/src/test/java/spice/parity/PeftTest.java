package spice.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.bench.NeededPython;
import spice.bench.Python;
import spice.model.AdaptedMatrix;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.Lora;
import spice.model.LossSettings;
import spice.model.ModelFolder;
import spice.model.TinyModel;
import spice.model.Trajectory;
import spice.store.Json;

class PeftTest {
    private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};

    @TempDir
    Path folder;

    @Test
    void peftLoadsAnAdapterThatWeTrainedOntoItsBaseAndGivesOurLogits() throws Exception {
        Python python = NeededPython.with("torch", "transformers", "peft");
        Path base = TinyModel.create(folder.resolve("base"), TinyModel.config(), 1);
        Path trained = folder.resolve("trained");
        Lora lora = new Lora(4, 8, EnumSet.allOf(AdaptedMatrix.class), 1);
        LearnerSettings settings =
                new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0, 1, Dtype.FLOAT32, false, Optional.of(lora));
        boolean[] all = new boolean[TOKENS.length];
        Arrays.fill(all, 1, all.length, true);
        Trajectory trajectory = new Trajectory(TOKENS, all, new float[TOKENS.length], 1, 1);
        try (Learner learner = TinyModel.learner(base, settings)) {
            for (int i = 0; i < 5; i++) {
                learner.update(List.of(trajectory), Optional.empty(), new LossSettings(0.2, 2, 5, 1), 1e-2);
            }
            learner.saveModel(trained);
        }
        ModelFolder.placeBase(trained);

        float[][] found = peft(python, trained, trained.resolve("adapter"));

        float[][] ours = logits(trained);
        for (int t = 0; t < TOKENS.length; t++) {
            assertThat(found[t]).containsExactly(ours[t], within(1e-4f));
        }
        assertThat(Math.abs(logits(base)[5][3] - ours[5][3]))
                .as("what was learned")
                .isGreaterThan(0.01f);
    }

    private static float[][] logits(Path model) {
        try (LanguageModel opened = TinyModel.open(model)) {
            return opened.logits(TOKENS);
        }
    }

    private float[][] peft(Python python, Path base, Path adapter) throws Exception {
        Path script = folder.resolve("peft_logits.py");
        try (var text = PeftTest.class.getResourceAsStream("peft_logits.py")) {
            Files.copy(Objects.requireNonNull(text), script);
        }
        List<String> command =
                new ArrayList<>(List.of(python.program(), script.toString(), base.toString(), adapter.toString()));
        Arrays.stream(TOKENS).mapToObj(Integer::toString).forEach(command::add);
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("peft.log").toFile())
                .start();
        process.getOutputStream().close();
        byte[] said = process.getInputStream().readAllBytes();
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("peft.log"), StandardCharsets.UTF_8))
                .isZero();
        return Json.read(said, float[][].class, "PEFT's logits");
    }
}
