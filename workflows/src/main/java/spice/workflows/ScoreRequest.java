package spice.workflows;

import java.util.List;
import spice.store.BlobRef;

/// All lanes' results of one iteration.
///
/// @param samplingSeconds summed over the lanes, for the metrics
public record ScoreRequest(
        IterationRequest iteration,
        BlobRef passages,
        List<BlobRef> tasks,
        List<BlobRef> attempts,
        double samplingSeconds) {
    public ScoreRequest {
        tasks = List.copyOf(tasks);
        attempts = List.copyOf(attempts);
    }
}
