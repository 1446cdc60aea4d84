package spice.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import spice.model.ModelFolder;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.StoreException;

/// Copies model folders into the store and out of it.
public final class ModelFiles {
    private ModelFiles() {}

    /// Writes all files of a model into a folder; each is whole and checked.
    public static void fetch(BlobStore store, Map<String, BlobRef> files, Path folder) {
        files.forEach((name, blob) -> store.copyTo(blob, place(folder, name)));
    }

    /// Whether a model has an adapter beside its weights.
    public static boolean hasAdapter(Map<String, BlobRef> files) {
        return files.keySet().stream().anyMatch(name -> name.startsWith(ModelFolder.ADAPTER + "/"));
    }

    /// Writes a model with its adapter, if it has one, merged into float32 weights.
    ///
    /// @param scratch a folder for files in transit, on the disk of the other
    public static void fetchMerged(BlobStore store, Map<String, BlobRef> files, Path folder, Path scratch) {
        if (!hasAdapter(files)) {
            fetch(store, files, folder);
            return;
        }
        Path apart = scratch.resolve("apart-" + UUID.randomUUID());
        try {
            fetch(store, files, apart);
            ModelFolder.merge(apart, folder);
        } finally {
            Folders.delete(apart);
        }
    }

    /// Names come from a manifest in the store, which others may write too.
    private static Path place(Path folder, String name) {
        Path place = folder.resolve(name).normalize();
        if (!place.startsWith(folder.normalize())) {
            throw new StoreException("a manifest names the file %s, which leads out of its folder".formatted(name));
        }
        return place;
    }

    /// Stores the folder's files and those of its adapter; other folders below it are not part of a model.
    public static Map<String, BlobRef> put(BlobStore store, Path folder) {
        Map<String, BlobRef> blobs = new TreeMap<>(put(store, folder, ""));
        Path adapter = folder.resolve(ModelFolder.ADAPTER);
        if (Files.isDirectory(adapter)) {
            blobs.putAll(put(store, adapter, ModelFolder.ADAPTER + "/"));
        }
        return blobs;
    }

    private static Map<String, BlobRef> put(BlobStore store, Path folder, String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            Map<String, BlobRef> blobs = new TreeMap<>();
            files.filter(Files::isRegularFile)
                    .sorted()
                    .forEach(file -> blobs.put(prefix + file.getFileName(), store.put(file)));
            return blobs;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s".formatted(folder), e);
        }
    }
}
