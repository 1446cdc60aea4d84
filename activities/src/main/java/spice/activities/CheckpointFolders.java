package spice.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.commons.io.file.PathUtils;
import spice.model.ModelException;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.workflows.CheckpointRef;
import spice.workflows.Failure;

/// Fetches checkpoints into folders of their own on this machine.
public final class CheckpointFolders {
    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;

    /// @param scratch a folder of this worker's own
    public CheckpointFolders(BlobStore store, Path scratch) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
    }

    /// Opens a checkpoint in a fresh folder, which is whoever opens it to [#delete]. It stays for as long as what
    /// was opened is in use, which tells a cache that its files are.
    ///
    /// @param open makes something of the folder; if it fails, the folder is gone
    public <T> T open(CheckpointRef checkpoint, Function<Path, T> open) {
        Path folder = scratch.resolve("policy-" + UUID.randomUUID());
        try {
            ModelFiles.fetchToSample(store, checkpoints.manifest(checkpoint).files(), folder);
            return open.apply(folder);
        } catch (ModelException e) {
            delete(folder);
            throw Failure.MODEL_UNUSABLE.because(e);
        } catch (StoreException e) {
            delete(folder);
            throw gone(checkpoint)
                    .<RuntimeException>map(Failure.CHECKPOINT_RETIRED::because)
                    .orElse(e);
        } catch (RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    /// Writes a checkpoint's model as a folder of its own in Hugging Face layout, with its adapter if it has one,
    /// whole or not at all.
    ///
    /// @param target in the file system of this one's scratch folder; not there, or empty
    /// @throws StoreException if the weights are not there, any more or at all
    public void export(CheckpointRef checkpoint, Path target) {
        Path folder = scratch.resolve(".spice-export-" + UUID.randomUUID());
        try {
            ModelFiles.fetch(store, checkpoints.manifest(checkpoint).files(), folder);
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (StoreException e) {
            throw gone(checkpoint).map(words -> new StoreException(words, e)).orElse(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(target), e);
        } finally {
            delete(folder);
        }
    }

    /// Since when the weights are given up, and what to do about it; empty if they are not.
    private Optional<String> gone(CheckpointRef checkpoint) {
        return checkpoints.retirement(checkpoint).map(retirement -> checkpoints.goneSince(checkpoint, retirement));
    }

    /// Deletes a folder with all that is in it, if it is there.
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            PathUtils.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete %s".formatted(folder), e);
        }
    }
}
