package spice.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import spice.model.LanguageModel;
import spice.model.ModelException;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.workflows.CheckpointRef;
import spice.workflows.Failure;

/// The models that a worker keeps open: the policy of the moment and the base it is compared with. For one
/// activity at a time.
public final class LoadedPolicies implements AutoCloseable {
    /// The policy, the base, and the policy before it, which an evaluation may still ask for.
    private static final int OPEN = 3;
    /// Shards are sampled side by side, a thread each: two threads with one shard each beat one shard on two
    /// threads.
    public static final int THREADS_PER_SHARD = 1;

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;
    private final LinkedHashMap<String, Loaded> loaded = new LinkedHashMap<>(OPEN, 0.75f, true);

    private record Loaded(Path folder, LanguageModel model) {}

    /// Keeps nothing yet.
    ///
    /// @param scratch a folder of this worker's own
    public LoadedPolicies(BlobStore store, Path scratch) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
    }

    /// The checkpoint, ready to sample.
    public LanguageModel policy(CheckpointRef checkpoint) {
        String key = checkpoint.manifest().sha256();
        Loaded found = loaded.get(key);
        if (found != null) {
            return found.model();
        }
        Loaded opened = open(checkpoint);
        loaded.put(key, opened);
        if (loaded.size() > OPEN) {
            Map.Entry<String, Loaded> eldest = loaded.firstEntry();
            loaded.remove(eldest.getKey());
            close(eldest.getValue());
        }
        return opened.model();
    }

    /// The folder stays for as long as the model is open, which tells a cache that its files are in use.
    private Loaded open(CheckpointRef checkpoint) {
        Path folder = scratch.resolve("policy-" + UUID.randomUUID());
        try {
            ModelFiles.fetch(store, checkpoints.manifest(checkpoint).files(), folder);
            return new Loaded(folder, LanguageModel.open(folder, THREADS_PER_SHARD));
        } catch (ModelException e) {
            delete(folder);
            throw Failure.MODEL_UNUSABLE.because(e);
        } catch (StoreException e) {
            delete(folder);
            throw checkpoints
                    .retirement(checkpoint)
                    .<RuntimeException>map(retirement ->
                            Failure.CHECKPOINT_RETIRED.because(checkpoints.goneSince(checkpoint, retirement)))
                    .orElse(e);
        } catch (RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    @Override
    public void close() {
        loaded.values().forEach(LoadedPolicies::close);
        loaded.clear();
    }

    private static void close(Loaded policy) {
        policy.model().close();
        delete(policy.folder());
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete %s".formatted(folder), e);
        }
    }
}
