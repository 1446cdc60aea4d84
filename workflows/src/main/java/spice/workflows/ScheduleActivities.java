package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.time.Instant;
import java.util.Optional;

/// What a schedule knows of its future.
@ActivityInterface
public interface ScheduleActivities {

    /// When the schedule starts its workflow next; empty if it does not, or is gone.
    Optional<Instant> nextStart(String schedule);
}
