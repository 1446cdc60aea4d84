package spice.workflows;

import java.util.List;
import spice.store.BlobRef;

/// All lanes' results of one iteration.
///
/// @param sampledTokens new tokens of both roles, those found in the store not counted
/// @param samplingSeconds that they took, summed over the lanes
public record ScoreRequest(
        IterationRequest iteration,
        BlobRef passages,
        List<BlobRef> tasks,
        List<BlobRef> attempts,
        long sampledTokens,
        double samplingSeconds) {
    public ScoreRequest {
        tasks = List.copyOf(tasks);
        attempts = List.copyOf(attempts);
    }
}
