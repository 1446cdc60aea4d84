package spice.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import spice.bench.Python;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.store.Json;

/// `spice parity`: takes a model of every family from transformers to us and back. Transformers makes the model, we
/// compute with it and train it one step, and transformers opens the checkpoint that we wrote.
public final class Parity {
    private static final LearnerSettings STEP = new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0.1, 1);
    private static final double LEARNING_RATE = 0.01;

    private final Path folder;
    private final Python python;
    private final Consumer<String> say;

    /// Does not compute yet.
    ///
    /// @param folder must not exist or be empty
    /// @param python with torch and transformers
    /// @param say takes lines for people
    public Parity(Path folder, Python python, Consumer<String> say) {
        this.folder = folder;
        this.python = python;
        this.say = say;
    }

    /// Compares all models.
    ///
    /// @return one row per model
    /// @throws spice.program.UserError if the Python script fails
    public List<ParityRow> run() throws InterruptedException {
        Script script = new Script(python, folder);
        Path models = folder.resolve("models");
        script.run(Script.Mode.MAKE, models, line -> say.accept("transformers made " + line));
        for (Path model : models(models)) {
            write(model.resolve("ours.json"), computed(model));
            say.accept("we trained        " + model.getFileName());
        }
        return script.lines(Script.Mode.CHECK, models).stream()
                .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), ParityRow.class, "a row"))
                .toList();
    }

    /// The rows as a table for people.
    public static Stream<String> lines(List<ParityRow> rows) {
        return Stream.concat(Stream.of(ParityRow.heading()), rows.stream().map(ParityRow::line));
    }

    private static List<Path> models(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(model -> Files.exists(model.resolve("config.json")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list %s".formatted(folder), e);
        }
    }

    private static void write(Path file, Ours ours) {
        try {
            Files.write(file, Json.bytes(ours));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(file), e);
        }
    }

    private static Ours computed(Path model) {
        Expected expected = Expected.read(model);
        Path trained = model.resolve("trained");
        try (Learner learner = Learner.open(model, Optional.empty(), STEP, Devices.CPU, Pulse.NONE)) {
            learner.imitate(expected.trajectories(), LEARNING_RATE);
            learner.saveModel(trained);
        }
        try (LanguageModel before = LanguageModel.open(model, Dtype.FLOAT32, 1, Devices.CPU);
                LanguageModel after = LanguageModel.open(trained, Dtype.FLOAT32, 1, Devices.CPU)) {
            int[] greedy = before.sample(
                            List.of(new PromptGroup(expected.prompt(), new long[] {1})),
                            new Sampling(0, expected.greedy().length))
                    .getFirst()
                    .getFirst()
                    .tokens();
            return new Ours(expected.text(), before.logits(expected.text()), after.logits(expected.text()), greedy);
        }
    }
}
