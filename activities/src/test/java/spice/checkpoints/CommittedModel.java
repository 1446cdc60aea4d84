package spice.checkpoints;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import spice.runs.CheckpointRef;
import spice.store.BlobStore;

/// Commits models as checkpoints, without a run.
public final class CommittedModel {
    private CommittedModel() {}

    /// Commits the model in a folder.
    public static CheckpointRef commit(BlobStore store, Path model, String lineage, int iteration) {
        return new Checkpoints(store)
                .commit(new CheckpointManifest(
                        CheckpointManifest.FORMAT,
                        lineage,
                        "tiny",
                        iteration,
                        Optional.empty(),
                        ModelFiles.put(store, model),
                        Optional.empty(),
                        0,
                        0,
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        CheckpointManifest.GROUNDING,
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }
}
