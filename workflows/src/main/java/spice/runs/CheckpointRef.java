package spice.runs;

import spice.store.BlobRef;

/// A committed checkpoint.
///
/// @param lineage the line of checkpoints that it belongs to; `base` for a model that was given
/// @param branch parent and settings that led here, as a short digest
/// @param iteration how many iterations of the lineage led to it; 0 for a base
/// @param manifest the list of its files
public record CheckpointRef(String lineage, String branch, int iteration, BlobRef manifest) {

    /// The name of the checkpoint's record in the store.
    public String name() {
        return name(lineage, branch, iteration);
    }

    public static String name(String lineage, String branch, int iteration) {
        return "checkpoints/%s/%s/%08d".formatted(lineage, branch, iteration);
    }
}
