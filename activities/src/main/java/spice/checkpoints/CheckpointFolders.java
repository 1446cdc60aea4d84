package spice.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.runs.CheckpointRef;
import spice.runs.Failure;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.StoreException;
import spice.store.WholeFile;

/// Fetches each checkpoint into a folder of its own on this machine.
public final class CheckpointFolders {
    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;

    /// @param scratch a folder that no other worker uses
    public CheckpointFolders(BlobStore store, Path scratch) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
    }

    /// Fetches a checkpoint into a fresh folder and opens it. The caller must [Folders#delete] the folder, but only
    /// when
    /// what was opened is no longer in use: until then the folder's links tell the cache that its files are in use.
    ///
    /// @param open opens the folder; if it throws, the folder is deleted
    /// @throws io.temporal.failure.ApplicationFailure `MODEL_UNUSABLE` or `CHECKPOINT_RETIRED`
    public <T> T open(CheckpointRef checkpoint, Function<Path, T> open) {
        Path folder = scratch.resolve("policy-" + UUID.randomUUID());
        try {
            ModelFiles.fetch(store, checkpoints.manifest(checkpoint).files(), folder);
            return open.apply(folder);
        } catch (ModelException e) {
            Folders.delete(folder);
            throw Failure.MODEL_UNUSABLE.because(e);
        } catch (StoreException e) {
            Folders.delete(folder);
            throw gone(checkpoint)
                    .<RuntimeException>map(Failure.CHECKPOINT_RETIRED::because)
                    .orElse(e);
        } catch (RuntimeException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    /// Writes a checkpoint's model as a folder in Hugging Face layout, with an adapter beside its weights if it has
    /// one: whole or not at all.
    ///
    /// @param target missing or empty
    /// @param merged whether an adapter is merged into float32 weights instead
    /// @throws StoreException if the weights are missing or retired
    public void export(CheckpointRef checkpoint, Path target, boolean merged) {
        Map<String, BlobRef> files = checkpoints.manifest(checkpoint).files();
        try (WholeFile whole = WholeFile.beside(target)) {
            if (merged) {
                ModelFiles.fetchMerged(store, files, whole.unfinished(), scratch);
            } else {
                ModelFiles.fetch(store, files, whole.unfinished());
                ModelFolder.placeBase(whole.unfinished());
            }
            whole.finish();
        } catch (StoreException e) {
            throw gone(checkpoint).map(words -> new StoreException(words, e)).orElse(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(target), e);
        }
    }

    /// What to tell about retired weights; empty if the checkpoint is not retired.
    private Optional<String> gone(CheckpointRef checkpoint) {
        return checkpoints.retirement(checkpoint).map(retirement -> checkpoints.goneSince(checkpoint, retirement));
    }
}
