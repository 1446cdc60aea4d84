package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.List;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.store.BlobRef;

/// The model without documents.
@ActivityInterface
public interface ReasonerActivities {

    /// Answers one lane's valid tasks, each several times.
    LaneReport attempt(AttemptRequest request);

    /// One lane of answering.
    ///
    /// @param tasks what the posing lanes returned, in order of lanes
    /// @param lane from 0; takes the shards whose number, divided by the lanes, leaves this remainder
    record AttemptRequest(IterationRequest iteration, List<BlobRef> tasks, int lane) {
        public AttemptRequest {
            tasks = List.copyOf(tasks);
        }
    }
}
