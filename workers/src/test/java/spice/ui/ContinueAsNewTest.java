package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowStub;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import spice.settings.RunSettings;
import spice.workflows.StartedIteration;

/// What people ask of a run while it continues as new. The server suggests that after half a dozen iterations.
class ContinueAsNewTest {
    private static final int ITERATIONS = 8;

    private static ScriptedStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = ScriptedStack.shared();
    }

    @AfterEach
    void calm() {
        stack.repair();
        stack.activities.whileTurning = () -> {};
    }

    /// A learning rate is asked for during each iteration. While the store names the branch for it, between two
    /// iterations, the next question arrives.
    @Test
    void whatIsAcceptedMeanwhileIsCarried() {
        AtomicInteger turns = new AtomicInteger();
        stack.activities.whileTraining =
                iteration -> ask("setLearningRate", iteration == ITERATIONS ? 1e-4 : rate(iteration + 1));
        stack.activities.whileTurning =
                () -> ask("changeSettings", Map.of("heartbeatSeconds", patience(turns.incrementAndGet() + 1)));

        WorkflowExecution first =
                stack.start("carried", Map.of("iterations", ITERATIONS)).getExecution();
        stack.result("carried");

        assertThat(stack.newest("carried")).as("it has continued as new").isNotEqualTo(first);
        for (int iteration = 2; iteration <= ITERATIONS; iteration++) {
            RunSettings settings = settings(iteration);
            assertThat(settings.learningRate())
                    .as("learning rate of %d", iteration)
                    .isEqualTo(rate(iteration));
            assertThat(settings.heartbeatSeconds())
                    .as("heartbeat of %d", iteration)
                    .isEqualTo(patience(iteration));
        }
    }

    private static double rate(int iteration) {
        return iteration * 1e-3;
    }

    private static int patience(int iteration) {
        return 100 + iteration;
    }

    private static void ask(String update, Object input) {
        WorkflowStub run = stack.client.newUntypedWorkflowStub("carried");
        run.update(update, String.class, input);
    }

    private static RunSettings settings(int iteration) {
        return StartedIteration.request(stack.client, "carried/iteration-" + iteration)
                .settings();
    }
}
