package spice.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import spice.local.UserError;
import spice.workflows.TaskQueues;

/// Starts runs.
final class Runs {
    private Runs() {}

    /// @param id of the workflow; the lineage's name unless the settings give another
    static void start(TemporalConnection temporal, String id, ObjectNode settings) {
        WorkflowStub run = temporal.client()
                .newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId(id)
                                .setWorkflowIdReusePolicy(
                                        WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                                .setStaticSummary("SPICE self-play")
                                .build());
        try {
            run.start(settings);
        } catch (WorkflowExecutionAlreadyStarted e) {
            throw new UserError(
                    "run %s is going on already; follow it with `spice run --follow %s`".formatted(id, id),
                    ExitCode.BAD_INPUT);
        }
    }
}
