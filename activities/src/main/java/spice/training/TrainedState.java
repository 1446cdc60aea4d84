package spice.training;

import java.util.Map;
import java.util.Optional;
import spice.runs.TrainMetrics;
import spice.store.BlobRef;

/// A training step's result in the store. It holds no duration, so that equal steps leave equal bytes.
///
/// @param files the model's folder, file by file
/// @param optimizer absent only while a lineage has taken no update
/// @param updates gradient updates of the lineage so far, these included
public record TrainedState(
        Map<String, BlobRef> files, Optional<BlobRef> optimizer, long updates, TrainMetrics metrics) {
    public TrainedState {
        files = Map.copyOf(files);
    }
}
