package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleIntervalSpec;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.SchedulePolicy;
import io.temporal.client.schedules.ScheduleSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import spice.workflows.TaskQueues;

/// Continued self-play on the Temporal UI's schedule page.
@ExtendWith(WebUi.class)
class NightlyFromUiTest {
    private static final String ACTIONS = "//button[contains(@aria-controls, 'schedule-actions')]";
    private static final String CONFIRM = "dialog[open] [data-testid=confirm-modal-button]";

    @Test
    void aScheduleIsSeenTriggeredAndPaused(Browser browser, ScriptedStack stack) throws Exception {
        ScheduleHandle nightly = stack.schedules()
                .createSchedule(
                        "nightly-ledgers",
                        Schedule.newBuilder()
                                .setAction(ScheduleActionStartWorkflow.newBuilder()
                                        .setWorkflowType("Nightly")
                                        .setArguments(Map.of("lineage", "ledgers", "settings", Map.of("iterations", 1)))
                                        .setOptions(WorkflowOptions.newBuilder()
                                                .setWorkflowId("nightly-ledgers")
                                                .setTaskQueue(TaskQueues.RUNS)
                                                .build())
                                        .build())
                                .setSpec(ScheduleSpec.newBuilder()
                                        .setIntervals(List.of(new ScheduleIntervalSpec(Duration.ofHours(24))))
                                        .build())
                                .setPolicy(SchedulePolicy.newBuilder()
                                        .setOverlap(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP)
                                        .setPauseOnFailure(true)
                                        .build())
                                .build(),
                        ScheduleOptions.newBuilder().build());
        browser.open("schedules");
        browser.await("//a[contains(., 'nightly-ledgers')]");
        browser.screenshot("schedules");

        browser.open("schedules/nightly-ledgers");
        browser.press(ACTIONS, "[data-testid=trigger-schedule]");
        browser.press("[data-testid=trigger-schedule]", CONFIRM);
        browser.press(CONFIRM);
        browser.awaitGone(CONFIRM);
        stack.awaitChild("ledgers");
        assertThat(stack.result("ledgers").checkpoint().iteration()).isEqualTo(1);
        assertThat(stack.activities.calls).contains("nextStart nightly-ledgers");
        RunPage.open(browser, "ledgers").awaitStatus("Completed");
        browser.screenshot("night");

        browser.open("schedules/nightly-ledgers");
        browser.press("//button[normalize-space(.)='Pause']", CONFIRM);
        browser.type("dialog[open] input", "the corpus is being moved");
        browser.press(CONFIRM);
        browser.awaitGone(CONFIRM);
        browser.await("//button[normalize-space(.)='Unpause']");
        browser.screenshot("schedule-paused");
        assertThat(nightly.describe().getSchedule().getState().isPaused()).isTrue();

        browser.open("schedules/nightly-ledgers/edit");
        browser.await("//*[contains(@class, 'cm-content')][contains(., 'ledgers')]");
        browser.screenshot("schedule-edit");
    }
}
