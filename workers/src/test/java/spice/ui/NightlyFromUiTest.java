package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.schedule.v1.Schedule;
import io.temporal.client.schedules.ScheduleOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import spice.store.Json;
import spice.temporal.NightlySchedule;

/// Continued self-play on the Temporal UI's schedule page.
@ExtendWith(WebUi.class)
class NightlyFromUiTest {
    private static final String ACTIONS = "//button[contains(@aria-controls, 'schedule-actions')]";
    private static final String CONFIRM = "dialog[open] [data-testid=confirm-modal-button]";

    @Test
    void aScheduleIsSeenTriggeredAndPaused(Browser browser, ScriptedStack stack) throws Exception {
        stack.schedules()
                .createSchedule(
                        "nightly-ledgers",
                        NightlySchedule.of(
                                "ledgers",
                                Json.mapper().createObjectNode().put("iterations", 1),
                                NightlySchedule.spec(null, null, "24h"),
                                Duration.ofHours(6)),
                        ScheduleOptions.newBuilder().build());
        Schedule created = stack.schedule("nightly-ledgers");
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
        RunPageDriver.open(browser, "ledgers").awaitStatus("Completed");
        browser.screenshot("night");

        browser.open("schedules/nightly-ledgers");
        browser.press("//button[normalize-space(.)='Pause']", CONFIRM);
        browser.type("dialog[open] input", "the corpus is being moved");
        browser.press(CONFIRM);
        browser.awaitGone(CONFIRM);
        browser.await("//button[normalize-space(.)='Unpause']");
        browser.screenshot("schedule-paused");
        assertThat(stack.schedule("nightly-ledgers").getState().getPaused()).isTrue();

        browser.open("schedules/nightly-ledgers/edit");
        browser.await("//*[contains(@class, 'cm-content')][contains(., 'ledgers')]");
        browser.screenshot("schedule-edit");
        browser.press("//button[normalize-space(.)='Edit']", "[contenteditable=true]");
        browser.type(
                "[contenteditable=true]",
                Keys.chord(Keys.CONTROL, "a") + Keys.DELETE
                        + "{\"lineage\": \"ledgers\", \"settings\": {\"iterations\": 3");
        browser.press("//button[normalize-space(.)='Save']", "//button[normalize-space(.)='Unpause']");
        browser.screenshot("schedule-edited");
        Schedule edited = stack.schedule("nightly-ledgers");
        assertThat(edited.getAction()
                        .getStartWorkflow()
                        .getInput()
                        .getPayloads(0)
                        .getData()
                        .toStringUtf8())
                .isEqualTo("{\"lineage\":\"ledgers\",\"settings\":{\"iterations\":3}}");
        assertThat(edited.getPolicies()).isEqualTo(created.getPolicies());
        assertThat(edited.getState().getPaused()).isTrue();
    }
}
