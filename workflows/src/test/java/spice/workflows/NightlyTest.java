package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a schedule starts, without the schedule.
class NightlyTest {
    private final RunEnvironment runs = new RunEnvironment(false);

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
                .getResult(RunReport.class);
        assertThat(report.run().lineage()).isEqualTo("mine");
        assertThat(report.checkpoint().iteration()).isEqualTo(2);
        assertThat(runs.activities.calls).contains("open mine from last-or-base");
    }

    @Test
    void aLineageThatIsBeingRunIsNotStartedAgain() throws Exception {
        runs.activities.isBroken = _ -> true;
        runs.start(Map.of("iterations", 1));
        runs.await(RunProgress.NEEDS_ATTENTION);
        failsWith(
                start(Map.of("lineage", RunEnvironment.RUN)),
                "LINEAGE_BUSY",
                "lineage run-1 is being run already, by the workflow run-1");
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
