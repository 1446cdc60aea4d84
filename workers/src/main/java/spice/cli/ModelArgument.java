package spice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import spice.checkpoints.BroughtModel;
import spice.checkpoints.ModelFiles;
import spice.checkpoints.StoredModel;
import spice.corpus.S3PrefixSource;
import spice.local.LocalSettings;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.FileSource;
import spice.store.Folders;
import spice.store.OwnerOnly;
import spice.store.s3.S3BlobStore;

/// A model named on the command line: a folder of this machine or a prefix in S3, which is put into the store for
/// the workers, or the name of a model that the workers or the store have.
final class ModelArgument {
    private static final String S3 = "s3://";
    private static final String CONFIG = "config.json";
    private static final List<String> CONFIGS = List.of(CONFIG, "generation_config.json");
    private static final String NOT_USED = "not used: ";

    private ModelArgument() {}

    /// The name by which a run finds the model, which is put into the store if the workers do not have it.
    ///
    /// @param place a folder, `s3://bucket/prefix`, `stored/DIGEST`, or a name below the workers' models folder
    /// @throws UserError if there is no model there
    static String name(String place, LocalSettings local, Consumer<String> say) {
        if (StoredModel.isNamedBy(place)) {
            fromStore(place, local, (_, _) -> place);
            return place;
        }
        if (place.startsWith(S3)) {
            ofConfigInS3(place, ModelFolder::unusedFields).forEach(what -> say.accept(NOT_USED + what));
            return stored(place, local, store -> {
                OwnerOnly.folder(local.home());
                FileSource source = S3PrefixSource.below(place, "");
                BroughtModel.leftOut(source).ifPresent(what -> say.accept(NOT_USED + what));
                return StoredModel.put(store, source, local.home(), new StoringLines(say, Clock.systemUTC()));
            });
        }
        Path folder = Path.of(place).toAbsolutePath().normalize();
        if (Files.isRegularFile(folder.resolve(CONFIG))) {
            BroughtModel.unused(folder).forEach(what -> say.accept(NOT_USED + what));
            return stored(
                    place, local, store -> StoredModel.put(store, folder, new StoringLines(say, Clock.systemUTC())));
        }
        if (place.contains("/") || Files.isDirectory(folder)) {
            throw none(folder.toString());
        }
        return place;
    }

    /// The model's shape, for which config.json alone is read.
    ///
    /// @param place a folder, `s3://bucket/prefix`, or a name below the workers' models folder
    /// @throws UserError if there is no model there
    static ModelConfig config(String place, LocalSettings local) {
        return ofConfig(place, local, ModelFolder::config);
    }

    /// What the model's configs say and nothing here uses.
    ///
    /// @throws UserError as [#config]
    static List<String> unusedFields(String place, LocalSettings local) {
        return ofConfig(place, local, ModelFolder::unusedFields);
    }

    private static <T> T ofConfig(String place, LocalSettings local, Function<Path, T> read) {
        if (place.startsWith(S3)) {
            return ofConfigInS3(place, read);
        }
        if (StoredModel.isNamedBy(place)) {
            return fetched(place, local, CONFIGS::contains, read);
        }
        Path folder = Path.of(place).toAbsolutePath().normalize();
        Path known = Files.isDirectory(folder)
                ? folder
                : StandardStacks.models(local).resolve(place);
        if (!Files.isRegularFile(known.resolve(CONFIG))) {
            throw none(place);
        }
        return read.apply(known);
    }

    private static <T> T ofConfigInS3(String place, Function<Path, T> read) {
        try {
            Path copy = Files.createTempDirectory("config-");
            try {
                FileSource source = S3PrefixSource.below(place, "");
                for (FileSource.SourceFile file : source.list().files()) {
                    if (CONFIGS.contains(file.path())) {
                        try (InputStream content = source.open(file.path())) {
                            Files.copy(content, copy.resolve(file.path()));
                        }
                    }
                }
                if (!Files.exists(copy.resolve(CONFIG))) {
                    throw none(place);
                }
                return read.apply(copy);
            } finally {
                Folders.delete(copy);
            }
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    /// Opens the model in a folder, which is there only meanwhile if the model has to be fetched.
    ///
    /// @throws UserError as [#name]
    static <T> T inFolder(String place, LocalSettings local, Consumer<String> say, Function<Path, T> work) {
        Path folder = Path.of(place).toAbsolutePath().normalize();
        if (Files.isRegularFile(folder.resolve(CONFIG))) {
            return work.apply(folder);
        }
        String name = name(place, local, say);
        if (StoredModel.isNamedBy(name)) {
            return fetched(name, local, _ -> true, work);
        }
        Path known = StandardStacks.models(local).resolve(name);
        if (!Files.isRegularFile(known.resolve(CONFIG))) {
            throw none(place);
        }
        return work.apply(known);
    }

    /// Fetches these files of a stored model, for as long as they are worked with.
    private static <T> T fetched(String name, LocalSettings local, Predicate<String> which, Function<Path, T> work) {
        return fromStore(name, local, (store, model) -> {
            Map<String, BlobRef> files = new TreeMap<>(model.files());
            files.keySet().removeIf(which.negate());
            try {
                Path copy = Files.createTempDirectory("model-");
                try {
                    ModelFiles.fetch(store, files, copy);
                    return work.apply(copy);
                } finally {
                    Folders.delete(copy);
                }
            } catch (IOException e) {
                throw unreadable(name, e);
            }
        });
    }

    private static <T> T fromStore(String name, LocalSettings local, BiFunction<BlobStore, StoredModel, T> work) {
        try (S3BlobStore store = S3BlobStore.open(local.s3())) {
            return work.apply(
                    store,
                    StoredModel.of(store, name)
                            .orElseThrow(() -> new UserError(
                                    "there is no model %s in the store; `spice run --model FOLDER-OR-S3` puts one there and names it"
                                            .formatted(name),
                                    ExitCode.BAD_INPUT)));
        }
    }

    private static UserError unreadable(String place, IOException e) {
        return new UserError(
                "the model %s cannot be read (%s); check its address, and that you may read it"
                        .formatted(place, e.getMessage()),
                ExitCode.BAD_INPUT);
    }

    private interface Putting {
        Optional<String> into(S3BlobStore store) throws IOException;
    }

    private static String stored(String place, LocalSettings local, Putting putting) {
        try (S3BlobStore store = S3BlobStore.open(local.s3())) {
            return putting.into(store).orElseThrow(() -> none(place));
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    private static UserError none(String place) {
        return new UserError(
                "there is no model in %s: no config.json; give --model a folder or an S3 prefix with a model in Hugging Face layout"
                        .formatted(place),
                ExitCode.BAD_INPUT);
    }
}
