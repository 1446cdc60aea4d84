package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import spice.runs.RunReport;
import spice.store.BlobRef;

/// A run that is reset ends like one that is not, on the real server, which still knows the children from before
/// the reset.
class ResetTest {
    /// More iterations than fit into one run before it continues as new.
    private static final int MANY = 8;

    private static ScriptedStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = ScriptedStack.shared();
    }

    @AfterEach
    void repair() {
        stack.repair();
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

    /// Earlier commits stay on the branch that the run left.
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
