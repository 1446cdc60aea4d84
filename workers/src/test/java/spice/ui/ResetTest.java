package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.store.BlobRef;
import spice.workflows.RunReport;

/// A run that is reset ends as one that is not, on the real server, which still knows the children of the run
/// before.
class ResetTest {
    /// More than go into one run before it continues as new.
    private static final int MANY = 8;

    @TempDir
    private static Path folder;

    private static ScriptedStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = ScriptedStack.start(folder);
    }

    @AfterEach
    void repair() {
        stack.repair();
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    private static BlobRef outcome(String run) {
        return stack.result(run).checkpoint().manifest();
    }

    private static BlobRef undisturbed(int iterations) {
        String run = "undisturbed-" + iterations;
        stack.start(run, Map.of("iterations", iterations));
        return outcome(run);
    }

    @Test
    void beforeAnIterationThatHasEnded() {
        WorkflowExecution run = stack.start("ended", Map.of("iterations", 2)).getExecution();
        BlobRef before = outcome("ended");
        stack.reset(run, stack.taskThatBegan(run, 2));
        assertThat(outcome("ended")).isEqualTo(before);
        assertThat(stack.newest("ended")).isNotEqualTo(run);
    }

    @Test
    void beforeAnIterationThatIsUnderWay() throws Exception {
        stack.holdTraining();
        WorkflowExecution run = stack.start("before", Map.of("iterations", 2)).getExecution();
        stack.awaitChild("before/iteration-1");
        stack.reset(run, stack.taskThatBegan(run, 1));
        stack.repair();
        assertThat(outcome("before")).isEqualTo(undisturbed(2));
    }

    /// What was committed before stays beside it, on the branch that was left.
    @Test
    void withOtherSettingsItOpensABranch() throws Exception {
        WorkflowExecution run = stack.start("turned", Map.of("iterations", 3)).getExecution();
        RunReport before = stack.result("turned");
        stack.holdTraining();
        stack.reset(run, stack.taskThatBegan(run, 2));
        stack.awaitPending("turned/iteration-2", "Train");
        assertThat(stack.client.newUntypedWorkflowStub("turned").update("setLearningRate", String.class, 1e-4))
                .isEqualTo("learningRate 1.0E-4 holds from iteration 3");
        stack.repair();

        RunReport after = stack.result("turned");
        assertThat(before.checkpoint().branch()).isEqualTo("branch");
        assertThat(after.checkpoint().branch()).isEqualTo("branch'");
        assertThat(after.checkpoint().iteration()).isEqualTo(3);
        assertThat(after.checkpoint().manifest())
                .isNotEqualTo(before.checkpoint().manifest());
        assertThat(stack.activities.changes).contains("learningRate 1.0E-4 from iteration 3");
    }

    @Test
    void whileAnIterationIsUnderWay() throws Exception {
        stack.holdTraining();
        WorkflowExecution run = stack.start("during", Map.of("iterations", 2)).getExecution();
        stack.awaitChild("during/iteration-1");
        stack.reset(run, stack.lastTask("during"));
        stack.repair();
        assertThat(outcome("during")).isEqualTo(undisturbed(2));
    }

    @Test
    void beforeTheRunContinuedAsNew() {
        WorkflowExecution first =
                stack.start("long", Map.of("iterations", MANY)).getExecution();
        BlobRef before = outcome("long");
        assertThat(stack.newest("long")).isNotEqualTo(first);
        WorkflowExecution last = stack.newest("long");
        stack.reset(first, stack.taskThatBegan(first, 2));
        assertThat(outcome("long")).isEqualTo(before);
        assertThat(stack.newest("long")).isNotEqualTo(last);
    }
}
