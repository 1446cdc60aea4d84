package spice.workflows;

import spice.store.BlobRef;

/// A committed checkpoint.
///
/// @param lineage the line of checkpoints it belongs to; `base` for a model as it was given
/// @param branch parent and settings that led here, as a short digest
/// @param iteration how many iterations of the lineage lie before it; 0 for a base
/// @param manifest what it holds
public record CheckpointRef(String lineage, String branch, int iteration, BlobRef manifest) {

    /// The name of its record in the store.
    public String name() {
        return name(lineage, branch, iteration);
    }

    public static String name(String lineage, String branch, int iteration) {
        return "checkpoints/%s/%s/%08d".formatted(lineage, branch, iteration);
    }
}
