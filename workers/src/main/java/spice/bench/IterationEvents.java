package spice.bench;

import com.google.protobuf.Timestamp;
import io.temporal.api.history.v1.HistoryEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An iteration as its workflow's history shows it.
///
/// @param begun when the workflow began
/// @param steps in the order in which they ended
/// @param events number of events in the workflow's own history
record IterationEvents(Instant begun, List<TimedStep> steps, int events) {

    /// A step.
    ///
    /// @param time from when a worker took the step to when the server had its result
    record TimedStep(String name, TimeSpan time) {}

    static IterationEvents of(List<HistoryEvent> history) {
        Map<Long, String> names = new HashMap<>();
        Map<Long, Instant> starts = new HashMap<>();
        List<TimedStep> steps = new ArrayList<>();
        for (HistoryEvent event : history) {
            if (event.hasActivityTaskScheduledEventAttributes()) {
                names.put(
                        event.getEventId(),
                        event.getActivityTaskScheduledEventAttributes()
                                .getActivityType()
                                .getName()
                                .toLowerCase(Locale.ROOT));
            } else if (event.hasActivityTaskStartedEventAttributes()) {
                starts.put(
                        event.getActivityTaskStartedEventAttributes().getScheduledEventId(), at(event.getEventTime()));
            } else if (event.hasActivityTaskCompletedEventAttributes()) {
                long scheduled = event.getActivityTaskCompletedEventAttributes().getScheduledEventId();
                steps.add(new TimedStep(
                        names.getOrDefault(scheduled, "?"),
                        new TimeSpan(
                                starts.getOrDefault(scheduled, at(event.getEventTime())), at(event.getEventTime()))));
            }
        }
        return new IterationEvents(at(history.getFirst().getEventTime()), List.copyOf(steps), history.size());
    }

    private static Instant at(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
