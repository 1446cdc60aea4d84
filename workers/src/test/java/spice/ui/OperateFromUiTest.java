package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import spice.runs.RunProgress;
import spice.runs.SpiceSearchAttributes;

/// Operating a run on its page in the Temporal UI.
@ExtendWith(WebUi.class)
class OperateFromUiTest {
    private static final String DIVERGED = "iteration 2 failed: the loss is NaN";

    private static RunPageDriver atBroken(Browser browser, ScriptedStack stack, String run) throws Exception {
        stack.breakTraining(run, 2);
        stack.start(run, Map.of("iterations", 3));
        stack.await(run, RunProgress.NEEDS_ATTENTION);
        return RunPageDriver.open(browser, run);
    }

    @Test
    void aFailedIterationIsSeenAndTakenAgain(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = atBroken(browser, stack, "retry");
        assertThat(run.card(DIVERGED))
                .contains("Needs attention", "TRAINING_DIVERGED", "retryIteration", "More Actions");
        browser.screenshot("needs-attention");
        run.searchAttributes();
        browser.screenshot("search-attributes");
        browser.open("workflows?query=" + URLEncoder.encode("SpiceState=\"NeedsAttention\"", StandardCharsets.UTF_8));
        browser.await("//a[contains(., 'retry')]");
        browser.screenshot("list");
        run = RunPageDriver.open(browser, "retry");
        run.chooseUpdate();
        browser.awaitText("Take what failed again.");
        browser.screenshot("updates");
        run = RunPageDriver.open(browser, "retry");
        stack.repair();
        run.update("retryIteration", "").awaitStatus("Completed");
        browser.screenshot("retry");
        assertThat(stack.result("retry").checkpoint().iteration()).isEqualTo(3);
        assertThat(stack.result("retry").checkpoint().branch()).isEqualTo("branch");
    }

    @Test
    void aRetryMayTakeOtherSeedsAndSettings(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = atBroken(browser, stack, "fresh");
        stack.repair();
        run.update("retryIteration", "{\"fresh\": true, \"settings\": {\"learningRate\": 0.0001}}")
                .awaitStatus("Completed");
        browser.screenshot("retry-fresh");
        assertThat(stack.result("fresh").checkpoint().branch()).isEqualTo("branch''");
    }

    @Test
    void aFailedIterationIsSkipped(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = atBroken(browser, stack, "skip");
        run.update("skipIteration", "\"bad documents\"").awaitStatus("Completed");
        browser.screenshot("skip");
        assertThat(stack.result("skip").checkpoint().iteration()).isEqualTo(3);
        assertThat(stack.activities.calls).contains("skip 2: bad documents");
    }

    @Test
    void aRunIsAborted(Browser browser, ScriptedStack stack) throws Exception {
        RunPageDriver run = atBroken(browser, stack, "abort");
        run.update("abort", "\"wrong corpus\"").awaitStatus("Failed");
        browser.awaitText("wrong corpus");
        browser.awaitText("ABORTED");
        browser.screenshot("abort");
        assertThat(stack.client
                        .newUntypedWorkflowStub("abort")
                        .describe()
                        .getTypedSearchAttributes()
                        .get(SpiceSearchAttributes.STATE))
                .isEqualTo("aborted");
    }

    @Test
    void aRunIsPausedChangedResumedAndStopped(Browser browser, ScriptedStack stack) throws Exception {
        stack.holdTraining();
        stack.start("pause", Map.of("iterations", 3));
        stack.await("pause", "iterating");
        RunPageDriver run = RunPageDriver.open(browser, "pause").update("pause", "");
        stack.repair();
        stack.await("pause", "paused");
        assertThat(run.card("paused")).contains("1 of 3 iterations done", "spice report pause");
        browser.screenshot("paused");
        run.refusedUpdate("setLearningRate", "\"fast\"", "learningRate is \"fast\"; give a number");
        assertThat(browser.text("dialog[open]")).doesNotContain(".java");
        browser.screenshot("refused");
        // Each update gets a freshly opened page, which does not still announce the success of an earlier one.
        RunPageDriver.open(browser, "pause").update("setLearningRate", "0.0001");
        RunPageDriver.open(browser, "pause").update("setIterations", "5");
        RunPageDriver.open(browser, "pause").update("stopAfterIteration", "2");
        run = RunPageDriver.open(browser, "pause").update("resume", "");
        run.awaitStatus("Completed");
        browser.screenshot("resume");
        assertThat(stack.result("pause").checkpoint().iteration()).isEqualTo(2);
        assertThat(stack.activities.changes).contains("learningRate 1.0E-4 from iteration 2");
    }

    @Test
    void aRunIsResetWhileAnIterationIsUnderWay(Browser browser, ScriptedStack stack) throws Exception {
        stack.start("calm", Map.of("iterations", 2));
        var calm = stack.result("calm").checkpoint().manifest();
        stack.holdTraining();
        var started = stack.start("reset", Map.of("iterations", 2)).getExecution();
        stack.awaitChild("reset/iteration-1");
        RunPageDriver run = RunPageDriver.open(browser, "reset");
        run.reset(stack.taskThatBegan(started, 1), "try again");
        browser.awaitText("This Workflow has been reset");
        browser.screenshot("reset");
        stack.repair();
        RunPageDriver.open(browser, "reset").awaitStatus("Completed");
        browser.screenshot("after-reset");
        assertThat(stack.result("reset").checkpoint().manifest()).isEqualTo(calm);
    }
}
