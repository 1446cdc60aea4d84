package spice.evaluation;

import java.util.List;
import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.runs.CheckpointRef;
import spice.runs.Comparison.CoEvolution;
import spice.steps.BlobList;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// The comparison of a run's first Challenger and Reasoner with its last ones. It can be found without the run:
/// under `crossings/`, then the checkpoint as in `checkpoints/`.
///
/// @param last the run's last checkpoint
/// @param documents a list of [CrossedDocument]
public record CrossingRecord(CheckpointRef last, CoEvolution coEvolution, BlobRef documents) {
    private static final String CROSSINGS = "crossings/";

    /// Writes the record, unless there is one.
    public void write(BlobStore store) {
        store.create(name(last), Json.bytes(this));
    }

    /// The record of a run that ended with this checkpoint, if it was measured.
    public static Optional<CrossingRecord> of(BlobStore store, CheckpointRef last) {
        String name = name(last);
        return store.read(name).map(json -> Json.read(json, CrossingRecord.class, name));
    }

    /// Reads the documents.
    public List<CrossedDocument> read(BlobStore store) {
        return BlobList.get(store, documents, CrossedDocument.class);
    }

    private static String name(CheckpointRef last) {
        return CROSSINGS + Checkpoints.place(last);
    }
}
