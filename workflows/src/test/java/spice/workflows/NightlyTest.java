package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributes;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import spice.runs.FailureSummary;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.store.Json;
import spice.workflows.Nightly.NightReport;

/// The workflow that a schedule starts, without the schedule.
class NightlyTest {
    /// Search attribute that the server sets on a workflow started by a schedule.
    private static final SearchAttributeKey<String> SCHEDULE = SearchAttributeKey.forKeyword("TemporalScheduledById");

    private final RunEnvironment runs = new RunEnvironment(false);

    @BeforeEach
    void register() {
        runs.environment.registerSearchAttribute(SCHEDULE.getName(), SCHEDULE.getValueType());
    }

    @AfterEach
    void stop() {
        runs.close();
    }

    private WorkflowStub start(Object input) {
        WorkflowStub night = runs.environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        "Nightly",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId("night-1")
                                .build());
        night.start(input);
        return night;
    }

    private static void failsWith(WorkflowStub night, String type, String message) {
        assertThatThrownBy(() -> night.getResult(RunReport.class))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(type);
                    assertThat(failure.getOriginalMessage()).contains(message);
                });
    }

    @Test
    void aNightRunsTheLineageUnderItsName() {
        RunReport report = start(Map.of("lineage", "mine", "settings", Map.of("iterations", 2)))
                .getResult(NightReport.class)
                .run()
                .orElseThrow();
        assertThat(report.run().lineage()).isEqualTo("mine");
        assertThat(report.checkpoint().iteration()).isEqualTo(2);
        assertThat(runs.activities.calls).contains("open mine from last-or-base");
    }

    @Test
    void aLineageThatIsBeingRunIsNotStartedAgain() throws Exception {
        runs.activities.isBroken = _ -> true;
        runs.start(Map.of("iterations", 1));
        runs.await(RunProgress.NEEDS_ATTENTION);
        WorkflowStub night = start(Map.of("lineage", RunEnvironment.RUN));
        assertThat(night.getResult(NightReport.class))
                .isEqualTo(new NightReport(
                        Optional.empty(),
                        Optional.of(new FailureSummary(
                                "LINEAGE_BUSY",
                                "lineage run-1 is being run already, by the workflow run-1; see `spice"
                                        + " status`. Nothing was started."))));
        assertThat(runs.activities.calls)
                .filteredOn(call -> call.startsWith("open "))
                .hasSize(1);
    }

    /// The `attentionHours` that a run gets if its schedule starts again in so many hours.
    private double attentionHours(double hoursToNextStart) throws IOException {
        runs.activities.nextStart =
                _ -> Optional.of(runs.environment.currentTimeMillis() + Math.round(hoursToNextStart * 3.6e6));
        WorkflowStub night = runs.environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        "Nightly",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId("night-1")
                                .setTypedSearchAttributes(SearchAttributes.newBuilder()
                                        .set(SCHEDULE, "nightly")
                                        .build())
                                .build());
        night.start(Map.of("lineage", "mine", "settings", Map.of("iterations", 1)));
        night.getResult(NightReport.class);
        assertThat(runs.activities.calls).startsWith("nextStart nightly");
        Payload settings = runs.environment
                .getWorkflowClient()
                .fetchHistory("mine")
                .getEvents()
                .getFirst()
                .getWorkflowExecutionStartedEventAttributes()
                .getInput()
                .getPayloads(0);
        return Json.mapper()
                .readTree(settings.getData().toByteArray())
                .path("attentionHours")
                .asDouble();
    }

    @Test
    void aNightWaitsForAPersonUntilAnHourBeforeTheNextStart() throws Exception {
        assertThat(attentionHours(10)).isCloseTo(9, offset(0.1));
    }

    @Test
    void aNightThatIsFollowedWithinTheHourWaitsForNobody() throws Exception {
        assertThat(attentionHours(0.5)).isEqualTo(0.001);
    }

    @Test
    void aNightFailsWithWhatItsRunFailedOf() {
        runs.activities.isBroken = _ -> true;
        failsWith(
                start(Map.of("lineage", "mine", "settings", Map.of("iterations", 1, "attentionHours", 0.0001))),
                "UNATTENDED",
                "the run of mine failed: iteration 1 failed: the loss is NaN (TRAINING_DIVERGED)");
    }

    @Test
    void anInputThatCannotBeUsedIsNamed() {
        failsWith(
                start(Map.of("settings", Map.of())),
                "INVALID_SETTINGS",
                "lineage is missing; give a lineage's name, as");
        failsWith(
                start(Map.of("lineage", "mine", "settings", Map.of("iteration", 1))),
                "INVALID_SETTINGS",
                "iteration is not a setting; did you mean iterations?");
        assertThat(runs.activities.calls).isEmpty();
    }
}
