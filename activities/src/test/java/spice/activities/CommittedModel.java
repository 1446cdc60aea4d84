package spice.activities;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;

/// Models as checkpoints, without a run that made them.
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
