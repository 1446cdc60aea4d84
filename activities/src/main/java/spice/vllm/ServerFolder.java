package spice.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import spice.store.WholeFile;

/// The model folder that a vLLM server reads, locked by one worker. The worker replaces the weights in it; every
/// other file stays as it was when the server started.
final class ServerFolder implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String LOCK = ".spice-lock";
    /// Fields of `config.json` in which two models must agree to read each other's weights.
    private static final List<String> SHAPE = List.of(
            "architectures",
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "tie_word_embeddings");

    private final Path folder;
    private final FileChannel lock;

    private ServerFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Locks the folder.
    ///
    /// @throws VllmUnusable if the folder holds no model, cannot be written, or is locked by another worker
    static ServerFolder take(Path folder) {
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            throw new VllmUnusable(
                    "%s holds no model; copy the run's base model there and start vLLM on it".formatted(folder));
        }
        try {
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw new VllmUnusable(
                        "another worker writes into %s; a vLLM server serves one worker: start another server on a folder of its own"
                                .formatted(folder));
            }
            return new ServerFolder(folder, channel);
        } catch (IOException e) {
            throw new VllmUnusable("cannot write into %s (%s); the worker has to write weights there"
                    .formatted(folder, e.getMessage()));
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    Path path() {
        return folder;
    }

    /// Replaces the weights by a checkpoint's. Each file appears whole or not at all. After a crash some files may
    /// be old and some new; if a server is then started on the folder, [HeldWeights] detects it.
    ///
    /// @throws VllmUnusable if the folder holds another model than the checkpoint
    /// @throws UncheckedIOException if the files cannot be written
    void put(Path checkpoint) {
        try {
            refuseAnotherModel(checkpoint);
            WholeFile.deleteLeftovers(folder);
            Set<String> names = weights(checkpoint);
            for (String name : names) {
                try (WholeFile whole = WholeFile.beside(folder.resolve(name))) {
                    Files.copy(checkpoint.resolve(name), whole.unfinished());
                    whole.finish();
                }
            }
            for (String name : weights(folder)) {
                if (!names.contains(name)) {
                    Files.delete(folder.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write weights into %s: %s. Is there space on its disk?".formatted(folder, e.getMessage()),
                    e);
        }
    }

    private void refuseAnotherModel(Path checkpoint) throws IOException {
        JsonNode ours = config(checkpoint);
        JsonNode theirs = config(folder);
        for (String name : SHAPE) {
            if (!ours.path(name).equals(theirs.path(name))) {
                throw new VllmUnusable(
                        "%s holds another model than the run's: its %s is %s, not %s. Start vLLM on a copy of the run's base model"
                                .formatted(folder, name, theirs.path(name), ours.path(name)));
            }
        }
    }

    private static JsonNode config(Path model) throws IOException {
        return new ObjectMapper().readTree(model.resolve(CONFIG).toFile());
    }

    /// Names of the weight files, and of the index that assigns tensors to files.
    private static Set<String> weights(Path model) throws IOException {
        try (Stream<Path> files = Files.list(model)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(CheckpointTensors.WEIGHTS) || name.equals(INDEX))
                    .collect(Collectors.toSet());
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
