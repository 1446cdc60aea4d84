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
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The model folder that a vLLM server reads, in the hands of one worker: its weights are a checkpoint's, all else
/// in it stays as the server was started with.
final class ServerFolder implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String LOCK = ".spice-lock";
    private static final String PART = ".part";
    /// What makes weights of one model impossible to read for another.
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

    /// @throws VllmUnusable if the folder holds no model, or another worker has it
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

    /// Replaces the weights by a checkpoint's. Each file is there whole or not at all; after a crash in the middle
    /// some may be old and some new, which [HeldWeights] tells of a server that was started then.
    ///
    /// @throws VllmUnusable if the folder's model is another than the checkpoint's
    void put(Path checkpoint) {
        try {
            refuseAnotherModel(checkpoint);
            Set<String> names = weights(checkpoint);
            for (String name : names) {
                Path part = folder.resolve("." + name + PART);
                Files.copy(checkpoint.resolve(name), part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
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

    /// The names of the files that are weights, and of the index that says which tensor is in which.
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
