package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.client.WorkflowOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import spice.settings.SettingsReader;
import spice.store.Json;
import spice.workflows.SelfPlayRun;
import spice.workflows.TaskQueues;

/// Runs started through the start form of the Temporal UI.
@ExtendWith(WebUi.class)
class StartFromUiTest {

    @Test
    void noInputStartsTheNanoPresetAndCancelEndsIt(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = startHeld(browser, stack, "no-input", "");
        assertThat(run.card("iterating")).contains("0 of 40 iterations done");
        run.cancel();
        run.awaitStatus("Canceled");
        browser.screenshot("cancel");
    }

    @Test
    void anEmptyObjectStartsTheNanoPresetAndTerminateEndsIt(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = startHeld(browser, stack, "empty-object", "{}");
        assertThat(run.card("iterating")).contains("0 of 40 iterations done");
        run.terminate("enough seen");
        run.awaitStatus("Terminated");
        RunPageDriver.open(browser, "empty-object");
        browser.awaitText("enough seen");
        browser.screenshot("terminate");
    }

    private static RunPageDriver startHeld(Browser browser, ScriptedStack stack, String id, String input)
            throws Exception {
        stack.holdTraining();
        StartPageDriver form = StartPageDriver.open(browser, id);
        if (!input.isEmpty()) {
            form.input(input);
        }
        browser.screenshot("start-" + id);
        return form.start();
    }

    @Test
    void aFullExampleRuns(Browser browser, ScriptedStack stack) throws Exception {
        ObjectNode example = Json.mapper().valueToTree(SettingsReader.read("{}"));
        example.put("iterations", 2).put("learningRate", 2e-4);
        StartPageDriver form = StartPageDriver.open(browser, "full-example").input(example.toString());
        browser.screenshot("start-full-example");
        RunPageDriver run = form.start();
        run.awaitStatus("Completed");
        browser.screenshot("completed");
        assertThat(stack.result("full-example").checkpoint().iteration()).isEqualTo(2);
        assertThat(stack.activities.calls).contains("open full-example from base");
    }

    @Test
    void settingsThatCannotBeUsedAreNamedOnThePage(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = StartPageDriver.open(browser, "bad-settings")
                .input("{\"groupSize\": 1, \"iteration\": 3}")
                .start();
        run.awaitStatus("Failed");
        browser.awaitText("iteration is not a setting; did you mean iterations?");
        browser.awaitText("groupSize is 1");
        browser.screenshot("bad-settings");
        assertThat(stack.activities.calls).doesNotContain("open bad-settings");
    }

    @Test
    void aForkStartsFromAnotherLineagesCheckpoint(Browser browser, ScriptedStack stack) throws Exception {
        StartPageDriver form = StartPageDriver.open(browser, "fork")
                .input("{\"startFrom\": \"other@2\", \"iterations\": 1, \"learningRate\": 0.0001}");
        browser.screenshot("start-fork");
        form.start().awaitStatus("Completed");
        assertThat(stack.result("fork").run().start().lineage()).isEqualTo("other");
        assertThat(stack.result("fork").checkpoint().iteration()).isEqualTo(3);
        browser.screenshot("fork");
    }

    @Test
    void aTemplateFillsTheFormIn(Browser browser, ScriptedStack stack) throws Exception {
        stack.client
                .newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId("template-nano")
                                .setMemo(Map.of(SelfPlayRun.TEMPLATE, true))
                                .build())
                .start(Map.of("preset", "nano", "iterations", 1, "seed", 7));
        StartPageDriver form =
                StartPageDriver.openTemplate(browser, "template-nano").rename("from-template");
        browser.screenshot("start-template");
        form.start().awaitStatus("Completed");
        assertThat(stack.result("from-template").checkpoint().iteration()).isEqualTo(1);
        assertThat(stack.result("template-nano")).isNull();
    }
}
