package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;

/// What the server knows about a schedule.
@ActivityInterface
public interface ScheduleActivities {

    /// The next start, in milliseconds since 1970; empty if there is none, or the schedule is gone.
    Optional<Long> nextStart(String schedule);
}
