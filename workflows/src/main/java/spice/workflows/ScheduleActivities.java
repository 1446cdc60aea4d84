package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;

/// What a schedule knows of its future.
@ActivityInterface
public interface ScheduleActivities {

    /// When the schedule starts its workflow next, in milliseconds since 1970; empty if it does not, or is gone.
    Optional<Long> nextStart(String schedule);
}
