package spice.training;

import java.util.List;
import java.util.Map;
import spice.model.UpdateReport;
import spice.store.BlobRef;

/// The state of a training step between two updates: enough to resume it and end with the same bytes.
///
/// @param files the model's folder after the updates taken, file by file
/// @param optimizer after the updates taken
/// @param logProbs of all batches before the first update, see [LogProbs]
/// @param reports one for each update taken, in order
record Snapshot(Map<String, BlobRef> files, BlobRef optimizer, BlobRef logProbs, List<UpdateReport> reports) {
    Snapshot {
        files = Map.copyOf(files);
        reports = List.copyOf(reports);
    }
}
