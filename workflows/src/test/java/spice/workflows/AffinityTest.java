package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// After training, the next sampling prefers the worker that already holds the checkpoint, but does not depend on
/// it.
class AffinityTest {
    private static final Map<String, Object> TWO_ITERATIONS =
            Map.of("iterations", 2, "coEvolutionDocuments", 0, "poseLanes", 2);

    private final RunEnvironment runs = new RunEnvironment(true);
    private final ScriptedActivities activities = runs.activities;

    @AfterEach
    void stop() {
        runs.close();
    }

    private List<String> begun(String iteration) {
        return activities.begun.stream()
                .filter(step -> step.contains(" %s lane ".formatted(iteration)))
                .sorted()
                .toList();
    }

    @Test
    void theFirstLaneGoesToTheWorkerThatHasTheCheckpoint() {
        activities.sampler = Optional.of(RunEnvironment.AT_HAND);
        runs.run(TWO_ITERATIONS);
        assertThat(begun("1"))
                .containsExactly(
                        "attempt 1 lane 0 on spice-sample",
                        "pose 1 lane 0 on spice-sample",
                        "pose 1 lane 1 on spice-sample");
        assertThat(begun("2"))
                .containsExactly(
                        "attempt 2 lane 0 on spice-sample@here",
                        "pose 2 lane 0 on spice-sample@here",
                        "pose 2 lane 1 on spice-sample");
        assertThat(steps("run-1/iteration-2")).isEqualTo(steps("run-1/iteration-1"));
    }

    @Test
    void aWorkerThatIsGoneIsWaitedForOnceAndForSeconds() {
        activities.sampler = Optional.of(TaskQueues.sampleAt("gone"));
        runs.run(TWO_ITERATIONS);
        assertThat(begun("2"))
                .containsExactly(
                        "attempt 2 lane 0 on spice-sample",
                        "pose 2 lane 0 on spice-sample",
                        "pose 2 lane 1 on spice-sample");
        assertThat(waitedFor("run-1/iteration-2")).containsExactly(Duration.ofSeconds(5));
    }

    @Test
    void aWorkerThatIsBusyIsNotWaitedFor() {
        activities.sampler = Optional.of(RunEnvironment.AT_HAND);
        activities.isHandedBack = "pose 2 lane 0 on spice-sample@here"::equals;
        runs.run(TWO_ITERATIONS);
        assertThat(begun("2"))
                .containsExactly(
                        "attempt 2 lane 0 on spice-sample",
                        "pose 2 lane 0 on spice-sample",
                        "pose 2 lane 0 on spice-sample@here",
                        "pose 2 lane 1 on spice-sample");
        assertThat(waitedFor("run-1/iteration-2")).isEmpty();
    }

    private List<HistoryEvent> events(String workflowId) {
        return runs.environment.getWorkflowClient().fetchHistory(workflowId).getEvents();
    }

    /// Event types without workflow tasks, whose number varies: two lanes that end together share one.
    private List<EventType> steps(String workflowId) {
        return events(workflowId).stream()
                .map(HistoryEvent::getEventType)
                .filter(type -> !type.name().startsWith("EVENT_TYPE_WORKFLOW_TASK"))
                .sorted()
                .toList();
    }

    /// Schedule-to-start timeout of each step that no worker took in time.
    private List<Duration> waitedFor(String workflowId) {
        List<HistoryEvent> events = events(workflowId);
        return events.stream()
                .filter(HistoryEvent::hasActivityTaskTimedOutEventAttributes)
                .map(event -> events.get(
                        (int) event.getActivityTaskTimedOutEventAttributes().getScheduledEventId() - 1))
                .map(scheduled ->
                        scheduled.getActivityTaskScheduledEventAttributes().getScheduleToStartTimeout())
                .map(timeout -> Duration.ofSeconds(timeout.getSeconds()))
                .toList();
    }
}
