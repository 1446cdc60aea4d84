package spice.bench;

import com.google.protobuf.Timestamp;
import io.temporal.api.history.v1.HistoryEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An iteration as Temporal's history tells it.
///
/// @param begun when its workflow began
/// @param steps in the order in which they ended
/// @param events in its own history
record IterationEvents(Instant begun, List<Step> steps, int events) {

    /// A step from when a worker took it to when the server knew its result.
    record Step(String name, Interval time) {}

    static IterationEvents of(List<HistoryEvent> history) {
        Map<Long, String> names = new HashMap<>();
        Map<Long, Instant> starts = new HashMap<>();
        List<Step> steps = new ArrayList<>();
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
                steps.add(new Step(
                        names.getOrDefault(scheduled, "?"),
                        new Interval(
                                starts.getOrDefault(scheduled, at(event.getEventTime())), at(event.getEventTime()))));
            }
        }
        return new IterationEvents(at(history.getFirst().getEventTime()), List.copyOf(steps), history.size());
    }

    private static Instant at(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
