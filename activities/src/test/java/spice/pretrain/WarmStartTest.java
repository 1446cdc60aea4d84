package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.model.LanguageModel;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.model.TinyModel;

class WarmStartTest {
    private static final ModelConfig SMALL = new ModelConfig(
            NanoVocabulary.WORDS.size(), 16, 32, 1, 2, 2, 8, 256, 10_000, 1e-6, true, NanoVocabulary.stopToken());

    private final PretrainSettings settings = new PretrainSettings(1, 1000, 128, 2e-3, 100, 400, 1);

    @TempDir
    private Path folder;

    @Test
    void theLearningRateRisesThenFallsToATwentieth() {
        assertThat(settings.learningRate(0)).isCloseTo(2e-5, within(1e-9));
        assertThat(settings.learningRate(99)).isCloseTo(2e-3 * (0.05 + 0.95 * 0.901), within(1e-9));
        assertThat(settings.learningRate(999)).isCloseTo(2e-3 * (0.05 + 0.95 * 0.001), within(1e-9));
    }

    @Test
    void ledgersGrowFromTwoLinesToEight() {
        assertThat(WarmStart.longestLedger(0, settings)).isEqualTo(2);
        assertThat(WarmStart.longestLedger(200, settings)).isEqualTo(5);
        assertThat(WarmStart.longestLedger(399, settings)).isEqualTo(7);
        assertThat(WarmStart.longestLedger(400, settings)).isEqualTo(8);
    }

    @Test
    void theModelLearnsAndTheSameSeedGivesTheSameWeights() throws IOException {
        String progress = teach(1, folder.resolve("one"));
        // Guessing evenly among 35 words costs ln 35 = 3.56 nats a token, among the ten digits 2.30.
        var losses = Pattern.compile("loss (\\d\\.\\d+)").matcher(progress);
        assertThat(losses.find()).isTrue();
        assertThat(Double.parseDouble(losses.group(1))).isBetween(2.3, 3.6);
        assertThat(losses.find()).isTrue();
        assertThat(Double.parseDouble(losses.group(1))).isLessThan(2.3);

        teach(1, folder.resolve("again"));
        teach(2, folder.resolve("other"));
        assertThat(weights("again")).isEqualTo(weights("one")).isNotEqualTo(weights("other"));
    }

    @Test
    void aFolderThatHoldsSomethingIsNotOverwritten() throws IOException {
        Files.writeString(folder.resolve("notes"), "mine");
        assertThatThrownBy(() -> Pretraining.run(settings, folder, System.out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds files already; name a new folder");
        assertThat(folder).isDirectoryContaining(file -> file.endsWith("notes"));
    }

    private String teach(long seed, Path taught) throws IOException {
        PretrainSettings brief = new PretrainSettings(seed, 100, 16, 2e-2, 10, 50, 1);
        Path fresh = Files.createTempDirectory(folder, "fresh");
        ModelFolder.create(fresh, SMALL, seed);
        NanoVocabulary.write(fresh, 256);
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        try (LanguageModel untaught = TinyModel.open(fresh);
                Learner learner = TinyModel.learner(fresh, new LearnerSettings(1, 4096, 0.9, 0.95, 1e-8, 0.01, 1.0))) {
            WarmStart.teach(learner, untaught.codec(), brief, new PrintStream(progress, true, StandardCharsets.UTF_8));
            learner.saveModel(taught);
        }
        return progress.toString(StandardCharsets.UTF_8);
    }

    private byte[] weights(String taught) throws IOException {
        return Files.readAllBytes(folder.resolve(taught).resolve("model.safetensors"));
    }
}
