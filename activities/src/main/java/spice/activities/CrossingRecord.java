package spice.activities;

import java.util.List;
import java.util.Optional;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointRef;
import spice.workflows.Comparison.CoEvolution;

/// How a run's first Challenger and Reasoner compare with its last ones, where it can be found without the run:
/// under `crossings/`, then as in `checkpoints/`.
///
/// @param last the checkpoint of the last ones
/// @param documents a list of [CrossedDocument]
public record CrossingRecord(CheckpointRef last, CoEvolution coEvolution, BlobRef documents) {
    private static final String CROSSINGS = "crossings/";

    /// Writes it, unless it is there.
    void write(BlobStore store) {
        store.create(name(last), Json.bytes(this));
    }

    /// That of a run which ended with this checkpoint, if it was measured.
    public static Optional<CrossingRecord> of(BlobStore store, CheckpointRef last) {
        String name = name(last);
        return store.read(name).map(json -> Json.read(json, CrossingRecord.class, name));
    }

    /// Its documents, task by task.
    public List<CrossedDocument> read(BlobStore store) {
        return Blobs.get(store, documents, CrossedDocument.class);
    }

    private static String name(CheckpointRef last) {
        return CROSSINGS + Checkpoints.place(last);
    }
}
