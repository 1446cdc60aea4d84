package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import spice.runs.Payloads;
import spice.store.Json;

/// Runs that an older version has begun continue with this one: each recorded history replays. If one does not, a
/// workflow's code has changed under runs that are under way: the change needs `Workflow.getVersion`.
class ReplayTest {
    private static final Path HISTORIES = Path.of("src", "test", "resources", "histories");

    /// On a busy machine a first workflow task may exceed the second after which the SDK reports a deadlock.
    private static final long PATIENCE_MILLIS = 60_000;

    static List<Path> histories() throws IOException {
        try (Stream<Path> files = Files.list(HISTORIES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("histories")
    void itReplays(Path history) throws Exception {
        WorkflowExecutionHistory recorded = WorkflowExecutionHistory.fromJson(Files.readString(history));
        try (TestWorkflowEnvironment environment =
                TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                        .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                                .setDataConverter(Payloads.converter())
                                .build())
                        .build())) {
            Worker worker = environment.newWorker(
                    "replay",
                    WorkerOptions.newBuilder()
                            .setDefaultDeadlockDetectionTimeout(PATIENCE_MILLIS)
                            .build());
            worker.registerWorkflowImplementationTypes(
                    SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
            WorkflowReplayer.replayWorkflowExecution(recorded, worker);
        }
    }

    /// A history holds a scenario if it has all of these traces and this end.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SelfPlayRun-plain | given poseLanes, 2 child completed, CoEvolve, Compare | COMPLETED",
                "SelfPlayRun-retry | update retryIteration, 1 child failed, 2 child completed, Turn | COMPLETED",
                "SelfPlayRun-skip | update skipIteration, 1 child failed, Skip | COMPLETED",
                "SelfPlayRun-abort | update abort, 1 child failed, failed ABORTED | FAILED",
                "SelfPlayRun-pause | update pause, update resume, 2 child completed | COMPLETED",
                "SelfPlayRun-settings | update setLearningRate, update changeSettings, update stopAfterIteration, Turn"
                        + " | COMPLETED",
                "SelfPlayRun-fork | given startFrom plain@2, 1 child completed | COMPLETED",
                "SelfPlayRun-continue-as-new | 8 child completed | CONTINUED_AS_NEW",
                "SelfPlayRun-continued | continued, Compare | COMPLETED",
                "SelfPlayRun-reset | reset, child not started, timer fired, 1 child completed | COMPLETED",
                "SelfPlayRun-nightly | given startFrom last-or-base, 1 child completed | COMPLETED",
                "SelfPlayRun-unattended | given attentionHours, 1 child failed, timer fired, failed UNATTENDED | FAILED",
                "SelfPlayRun-cancel | cancel requested, child cancelled | CANCELED",
                "SelfPlayRun-scheduled | given startFrom last-or-base, given attentionHours | COMPLETED",
                "SelfPlayRun-collapsed | update retryIteration, 4 child completed, RefusedReplies, Turn | COMPLETED",
                "SelfPlayRun-without-tasks | 2 child completed, RefusedReplies, failed NO_VALID_TASKS | FAILED",
                "SelfPlayRun-launched | given trainer torchrun, RequireTrainer, 1 child completed | COMPLETED",
                "SelfPlayRun-opening-retried | step failed, update retryIteration, 2 Ingest | COMPLETED",
                "SelfPlayRun-meanwhile | SideEffect, update setLearningRate, update changeSettings, Turn,"
                        + " 2 Version | COMPLETED",
                "SelfPlayIteration-plain | 2 Pose, Draw, Attempt, Score, Train, Commit | COMPLETED",
                "SelfPlayIteration-retry | given changes, Commit | COMPLETED",
                "SelfPlayIteration-cancel | cancel requested, Train, step cancelled | CANCELED",
                "SelfPlayIteration-warm-worker-gone | on spice-sample@gone, step timed out, Commit | COMPLETED",
                "Nightly-nightly | 1 child completed | COMPLETED",
                "Nightly-scheduled | by a schedule, NextStart, 1 child completed | COMPLETED",
                "Nightly-skipped | child not started | COMPLETED"
            })
    void everyScenarioIsRecorded(String scenario, String traces, String end) throws IOException {
        List<Path> recorded = histories().stream()
                .filter(history -> history.getFileName().toString().matches(scenario + "-v[0-9.]+\\.json"))
                .toList();
        assertThat(recorded).isNotEmpty();
        for (Path history : recorded) {
            List<HistoryEvent> events =
                    WorkflowExecutionHistory.fromJson(Files.readString(history)).getEvents();
            assertThat(workflow(events)).isEqualTo(scenario.substring(0, scenario.indexOf('-')));
            assertThat(traces(events)).as("%s", history).contains(traces.split(", "));
            assertThat(events.getLast().getEventType().name()).isEqualTo("EVENT_TYPE_WORKFLOW_EXECUTION_" + end);
        }
    }

    private static String workflow(List<HistoryEvent> events) {
        return events.getFirst()
                .getWorkflowExecutionStartedEventAttributes()
                .getWorkflowType()
                .getName();
    }

    /// Everything that happened, once by its name and once with its count.
    private static Set<String> traces(List<HistoryEvent> events) {
        Map<String, Long> counts = events.stream()
                .flatMap(ReplayTest::traces)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Set<String> all = new TreeSet<>(counts.keySet());
        counts.forEach((trace, count) -> all.add(count + " " + trace));
        return all;
    }

    private static Stream<String> traces(HistoryEvent event) {
        return switch (event.getEventType()) {
            case EVENT_TYPE_WORKFLOW_EXECUTION_STARTED -> start(event.getWorkflowExecutionStartedEventAttributes());
            case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED ->
                Stream.of("update "
                        + event.getWorkflowExecutionUpdateAcceptedEventAttributes()
                                .getAcceptedRequest()
                                .getInput()
                                .getName());
            case EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED -> Stream.of("cancel requested");
            case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED ->
                Stream.of("failed "
                        + event.getWorkflowExecutionFailedEventAttributes()
                                .getFailure()
                                .getApplicationFailureInfo()
                                .getType());
            case EVENT_TYPE_WORKFLOW_TASK_FAILED ->
                event.getWorkflowTaskFailedEventAttributes().getCause()
                                == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
                        ? Stream.of("reset")
                        : Stream.of();
            case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED ->
                Stream.of(
                        event.getActivityTaskScheduledEventAttributes()
                                .getActivityType()
                                .getName(),
                        "on "
                                + event.getActivityTaskScheduledEventAttributes()
                                        .getTaskQueue()
                                        .getName());
            case EVENT_TYPE_ACTIVITY_TASK_FAILED -> Stream.of("step failed");
            case EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT -> Stream.of("step timed out");
            case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED -> Stream.of("step cancelled");
            case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED -> Stream.of("child not started");
            case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED -> Stream.of("child completed");
            case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED -> Stream.of("child failed");
            case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED -> Stream.of("child cancelled");
            case EVENT_TYPE_MARKER_RECORDED ->
                Stream.of(event.getMarkerRecordedEventAttributes().getMarkerName());
            case EVENT_TYPE_TIMER_FIRED -> Stream.of("timer fired");
            default -> Stream.of();
        };
    }

    private static Stream<String> start(WorkflowExecutionStartedEventAttributes start) {
        Stream<String> origin = Stream.of(
                        start.getContinuedExecutionRunId().isEmpty() ? "" : "continued",
                        start.getSearchAttributes().containsIndexedFields("TemporalScheduledById")
                                ? "by a schedule"
                                : "")
                .filter(trace -> !trace.isEmpty());
        return Stream.concat(origin, given(start.getInput().getPayloads(0)));
    }

    /// The input's fields that are not empty, by name and by name and value.
    private static Stream<String> given(Payload input) {
        return Json.read(input.getData().toByteArray(), JsonNode.class, "the input").properties().stream()
                .filter(field ->
                        field.getValue().isValueNode() || !field.getValue().isEmpty())
                .flatMap(field -> Stream.of(
                        "given " + field.getKey(),
                        "given %s %s".formatted(field.getKey(), field.getValue().asText())));
    }
}
