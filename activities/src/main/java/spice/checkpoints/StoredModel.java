package spice.checkpoints;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import spice.model.ModelFolder;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.CountedInput;
import spice.store.FileSource;
import spice.store.Folders;
import spice.store.Json;

/// A model that was put into the store for runs to start from, as the record `models/<digest>`. A run names it
/// `stored/<digest>`.
///
/// @param files of the model by name
public record StoredModel(Map<String, BlobRef> files) {
    private static final String RECORDS = "models/";
    private static final String STORED = "stored/";
    private static final int DIGEST_LENGTH = 12;
    private static final String CONFIG = "config.json";

    public StoredModel {
        files = Map.copyOf(files);
    }

    /// Receives the name and size of every file before it is stored.
    @FunctionalInterface
    public interface Listener {
        void storing(String file, long bytes);

        /// Called often while the file is stored.
        ///
        /// @param share that is done, from 0 to 1
        default void at(String file, double share) {}
    }

    /// Stores the model in this folder. Files are streamed, and those that the store has are skipped.
    ///
    /// @return the name by which runs know the model; empty if there is none: no `config.json`
    /// @throws spice.model.ModelException if a file cannot be used, or is a link that leads out of the folder
    public static Optional<String> put(BlobStore store, Path folder, Listener listener) throws IOException {
        Map<String, BlobRef> files = new TreeMap<>();
        for (Map.Entry<String, Path> file : BroughtModel.files(folder).entrySet()) {
            long bytes = Files.size(file.getValue());
            listener.storing(file.getKey(), bytes);
            files.put(
                    file.getKey(),
                    store.put(file.getValue(), done -> listener.at(file.getKey(), done / (2.0 * bytes))));
        }
        return named(store, files);
    }

    /// Stores a model from another place, file by file.
    ///
    /// @param scratch folder for the file that is being stored
    /// @return the name by which runs know the model; empty if there is no `config.json`
    /// @throws spice.model.ModelException if a file cannot be used
    public static Optional<String> put(BlobStore store, FileSource source, Path scratch, Listener listener)
            throws IOException {
        Map<String, BlobRef> files = new TreeMap<>();
        List<FileSource.SourceFile> smallestFirst = source.list().files().stream()
                .filter(file -> BroughtModel.holds(file.path()))
                .sorted(Comparator.comparingLong(FileSource.SourceFile::bytes))
                .toList();
        for (FileSource.SourceFile file : smallestFirst) {
            listener.storing(file.path(), file.bytes());
            files.put(file.path(), put(store, source, file, scratch, listener));
        }
        return named(store, files);
    }

    /// Fetches a file and stores it: each byte is handled three times.
    private static BlobRef put(
            BlobStore store, FileSource source, FileSource.SourceFile file, Path scratch, Listener listener)
            throws IOException {
        String name = file.path();
        LongConsumer done = bytes -> listener.at(name, bytes / (3.0 * file.bytes()));
        Path folder = Files.createTempDirectory(scratch, "model-");
        try (InputStream content = new CountedInput(source.open(name), 0, done)) {
            // Under its own name, which says what it should hold and which an error shows.
            Path copy = folder.resolve(name);
            Files.createDirectories(copy.resolveSibling(""));
            Files.copy(content, copy);
            ModelFolder.check(copy);
            return store.put(copy, stored -> done.accept(file.bytes() + stored));
        } finally {
            Folders.delete(folder);
        }
    }

    private static Optional<String> named(BlobStore store, Map<String, BlobRef> files) {
        if (!files.containsKey(CONFIG)) {
            return Optional.empty();
        }
        String digest = Json.digest(files).substring(0, DIGEST_LENGTH);
        store.create(RECORDS + digest, Json.bytes(new StoredModel(files)));
        return Optional.of(STORED + digest);
    }

    /// Whether a model's name in a run is that of a stored model.
    public static boolean isNamedBy(String model) {
        return model.startsWith(STORED);
    }

    /// The stored model of this name, if there is one.
    public static Optional<StoredModel> of(BlobStore store, String model) {
        String digest = model.substring(STORED.length());
        return digest.matches("[0-9a-f]{%d}".formatted(DIGEST_LENGTH))
                ? store.read(RECORDS + digest).map(json -> Json.read(json, StoredModel.class, RECORDS + digest))
                : Optional.empty();
    }
}
