package spice.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.model.HuggingFaceCodec;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.runs.Failure;
import spice.steps.LimitedJvm;
import spice.steps.Steps;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.Json;
import spice.store.StepKey;

/// The models that a run may name: those below this worker's models folder, and those in the store. A run's JSON
/// can reach nothing else of the machine.
///
/// @param folder below which models lie
public record Models(BlobStore store, Path folder) {
    private static final Logger log = LoggerFactory.getLogger(Models.class);
    /// Raised by hand when another text is tried.
    private static final int TRIAL = 1;

    private static final Set<String> OF_THE_TOKENIZER =
            Set.of("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");

    /// The model's files by name, after putting them into the store if they are not there.
    ///
    /// @throws io.temporal.failure.ApplicationFailure `MODEL_UNUSABLE` if there is no such model
    public Map<String, BlobRef> files(String model) {
        if (StoredModel.isNamedBy(model)) {
            return stored(model).files();
        }
        Path folder = below(model);
        Map<String, BlobRef> files = new TreeMap<>();
        checked(folder).forEach((name, file) -> files.put(name, store.put(file)));
        unused(folder).forEach(what -> log.info("model {}: not used: {}", model, what));
        return files;
    }

    private static Map<String, Path> checked(Path folder) {
        try {
            return BroughtModel.files(folder);
        } catch (ModelException e) {
            throw Failure.MODEL_UNUSABLE.because(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s".formatted(folder), e);
        }
    }

    private static List<String> unused(Path folder) {
        try {
            return BroughtModel.unused(folder);
        } catch (ModelException e) {
            throw Failure.MODEL_UNUSABLE.because(e);
        }
    }

    /// The model's tokenizer alone, for counting tokens. It is native code, which bounds nothing and takes its
    /// process with it, so it is tried in a limited JVM before this process opens it: once for a store.
    ///
    /// @throws spice.model.ModelException if a file is missing or damaged
    /// @throws io.temporal.failure.ApplicationFailure `MODEL_UNUSABLE` if the tokenizer dies of a text
    public HuggingFaceCodec codec(String model) {
        if (!StoredModel.isNamedBy(model)) {
            Path folder = below(model);
            Map<String, Path> found = new TreeMap<>(checked(folder));
            found.keySet().retainAll(OF_THE_TOKENIZER);
            Map<String, BlobRef> files = new TreeMap<>();
            found.forEach((name, file) -> files.put(name, store.put(file)));
            return tried(files, folder);
        }
        Map<String, BlobRef> files = new TreeMap<>(stored(model).files());
        files.keySet().retainAll(OF_THE_TOKENIZER);
        return inTemporaryFolder("tokenizer-", copy -> {
            ModelFiles.fetch(store, files, copy);
            return tried(files, copy);
        });
    }

    private HuggingFaceCodec tried(Map<String, BlobRef> files, Path folder) {
        StepKey key = new StepKey("tokenizer", TRIAL, Json.digest(files));
        BlobRef trial = new Steps(store)
                .once(
                        key,
                        () -> store.put(Json.bytes(inTemporaryFolder(
                                "trial-",
                                scratch -> LimitedJvm.USUAL
                                        .run(TokenizerProgram.class, scratch, List.of(folder.toString()))
                                        .orElse("")))))
                .blob();
        String death = Json.read(store.get(trial), String.class, "the trial of a tokenizer");
        if (!death.isEmpty()) {
            throw Failure.MODEL_UNUSABLE.because(
                    "the model's tokenizer cannot be used: %s. Take the tokenizer.json that came with the weights, or another model"
                            .formatted(death));
        }
        return ModelFolder.codec(folder);
    }

    private static <T> T inTemporaryFolder(String name, Function<Path, T> work) {
        try {
            Path folder = Files.createTempDirectory(name);
            try {
                return work.apply(folder);
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a tokenizer for the moment", e);
        }
    }

    private StoredModel stored(String model) {
        return StoredModel.of(store, model)
                .orElseThrow(() -> Failure.MODEL_UNUSABLE.because(
                        "there is no model %s in the store; `spice run --model FOLDER-OR-S3` puts one there and names it"
                                .formatted(model)));
    }

    private Path below(String model) {
        Path place = folder.resolve(model).normalize();
        if (!place.startsWith(folder) || !Files.isRegularFile(place.resolve("config.json"))) {
            throw Failure.MODEL_UNUSABLE.because(
                    "there is no model %s: no config.json in a folder of this name below the worker's models folder; see `spice worker --models`. `spice run --model FOLDER-OR-S3` takes one from anywhere"
                            .formatted(model));
        }
        return place;
    }
}
