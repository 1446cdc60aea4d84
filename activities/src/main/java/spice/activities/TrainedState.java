package spice.activities;

import java.util.Map;
import java.util.Optional;
import spice.store.BlobRef;
import spice.workflows.TrainMetrics;

/// What a training step leaves in the store. It holds no duration, so that the same step leaves the same bytes.
///
/// @param files the model's folder, file by file
/// @param optimizer absent only while a lineage has taken no update
/// @param updates gradient updates of the lineage so far, these included
record TrainedState(Map<String, BlobRef> files, Optional<BlobRef> optimizer, long updates, TrainMetrics metrics) {
    TrainedState {
        files = Map.copyOf(files);
    }
}
