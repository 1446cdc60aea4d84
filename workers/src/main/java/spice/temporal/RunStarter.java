package spice.temporal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.settings.Lineages;
import spice.workflows.TaskQueues;

/// Starts runs from outside the Temporal UI.
public final class RunStarter {
    private RunStarter() {}

    /// Starts a run.
    ///
    /// @param id the workflow's id, which is the lineage's name
    /// @throws UserError if that is no name of a lineage, or the lineage is being run already
    public static void start(TemporalConnection temporal, String id, ObjectNode settings) {
        requireLineageName(id);
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
                    "lineage %s is being run already, by the workflow %s; follow it with `spice watch %s`"
                            .formatted(id, id, id),
                    ExitCode.BAD_INPUT);
        }
    }

    /// Checks the name of a lineage.
    ///
    /// @throws UserError if a lineage cannot be called that
    public static void requireLineageName(String lineage) {
        if (!Lineages.isName(lineage)) {
            throw new UserError(
                    "a lineage cannot be called \"%s\"; use up to 100 letters, digits, '.', '_' and '-'"
                            .formatted(lineage),
                    ExitCode.BAD_INPUT);
        }
    }
}
