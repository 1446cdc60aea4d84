package spice.workflows;

import java.util.List;
import spice.store.BlobRef;

/// One lane of answering.
///
/// @param tasks what the posing lanes returned, in order of lanes
/// @param lane from 0; works off the shards whose number leaves this remainder when divided by the lanes
public record AttemptRequest(IterationRequest iteration, List<BlobRef> tasks, int lane) {
    public AttemptRequest {
        tasks = List.copyOf(tasks);
    }
}
