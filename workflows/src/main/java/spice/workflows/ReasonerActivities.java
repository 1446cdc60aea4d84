package spice.workflows;

import io.temporal.activity.ActivityInterface;

/// The model without documents.
@ActivityInterface
public interface ReasonerActivities {

    /// Answers one lane's valid tasks, each several times.
    LaneReport attempt(AttemptRequest request);
}
