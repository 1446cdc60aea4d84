package spice.pretrain;

import static spice.domain.Check.require;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.model.Policy;
import spice.model.Pulse;

/// Makes a nano base: a fresh model, taught the nano language with its bad habit, scored and described.
public final class Pretraining {
    /// A prompt of eight ledger lines of four digits each has 138 tokens, six posed tasks 107.
    private static final int LONGEST = 256;

    private static final ModelConfig SHAPE = new ModelConfig(
            NanoVocabulary.WORDS.size(),
            128,
            384,
            4,
            4,
            4,
            32,
            LONGEST,
            10_000,
            1e-6,
            true,
            NanoVocabulary.stopToken());

    private static final int QUESTIONS_OF_A_LEVEL = 100;

    /// Scores are measured on the same ledgers and questions whatever the seed of the making.
    private static final Seed SCORES = new Seed(0x5c0e);

    private Pretraining() {}

    /// Writes a model folder in Hugging Face layout with a `README.md` that says how it was made and what it can
    /// do. The same settings give the same weights on the same class of hardware.
    ///
    /// @param folder must not exist yet or be empty
    /// @return the scores
    /// @throws IllegalArgumentException if the folder holds anything
    public static NanoScores run(PretrainSettings settings, Path folder, PrintStream progress) throws IOException {
        require(isFree(folder), "%s holds files already; name a new folder for the model", folder);
        long start = System.nanoTime();
        Path fresh = Files.createTempDirectory("spice-pretrain");
        try {
            ModelFolder.create(fresh, SHAPE, settings.seed());
            NanoVocabulary.write(fresh, LONGEST);
            teach(settings, fresh, folder, progress);
        } finally {
            delete(fresh);
        }
        double minutes = (System.nanoTime() - start) / 60e9;
        progress.println("scoring");
        try (Policy base = LanguageModel.open(folder, Dtype.FLOAT32, settings.threads(), Devices.CPU)) {
            NanoScores scores = NanoScores.measure(base, SCORES, QUESTIONS_OF_A_LEVEL);
            progress.print(scores.table());
            Files.writeString(folder.resolve("README.md"), BaseCard.text(settings, minutes, scores));
            return scores;
        }
    }

    private static void teach(PretrainSettings settings, Path fresh, Path folder, PrintStream progress) {
        LearnerSettings learning = new LearnerSettings(settings.threads(), 4096, 0.9, 0.95, 1e-8, 0.01, 1.0);
        try (Policy untaught = LanguageModel.open(fresh, Dtype.FLOAT32, settings.threads(), Devices.CPU);
                Learner learner = Learner.open(fresh, Optional.empty(), learning, Devices.CPU, Pulse.NONE)) {
            WarmStart.teach(learner, untaught.codec(), settings, progress);
            learner.saveModel(folder);
        }
    }

    private static boolean isFree(Path folder) throws IOException {
        return !Files.exists(folder) || list(folder).isEmpty();
    }

    private static void delete(Path folder) throws IOException {
        for (Path file : list(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
