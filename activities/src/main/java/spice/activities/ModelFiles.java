package spice.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import spice.model.ModelFolder;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// A model's folder in the store.
final class ModelFiles {
    private ModelFiles() {}

    /// Writes a model's files into a folder, each whole and checked, to learn from.
    static void fetch(BlobStore store, Map<String, BlobRef> files, Path folder) {
        files.forEach((name, blob) -> store.copyTo(blob, folder.resolve(name)));
    }

    /// Writes those that are needed to sample: adapters are in the weights already.
    static void fetchToSample(BlobStore store, Map<String, BlobRef> files, Path folder) {
        files.forEach((name, blob) -> {
            if (!name.startsWith(ModelFolder.ADAPTER + "/")) {
                store.copyTo(blob, folder.resolve(name));
            }
        });
    }

    /// Stores the folder's files and those of its adapter; other folders below it are not part of a model.
    static Map<String, BlobRef> put(BlobStore store, Path folder) {
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
