package spice.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.Optional;
import spice.local.UserError;
import spice.settings.Lineages;
import spice.workflows.TaskQueues;

/// Starts runs.
final class Runs {
    private Runs() {}

    /// @param id of the workflow, which is the lineage's name
    static void start(TemporalConnection temporal, String id, ObjectNode settings) {
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

    static void requireLineageName(String lineage) {
        if (!Lineages.isName(lineage)) {
            throw new UserError(
                    "a lineage cannot be called \"%s\"; use up to 100 letters, digits, '.', '_' and '-'"
                            .formatted(lineage),
                    ExitCode.BAD_INPUT);
        }
    }

    /// Stays with a run until it ends and prints what it was worth, or only says that it was started.
    ///
    /// @return the program's exit code
    static int follow(TemporalConnection temporal, String id, boolean detach) throws InterruptedException {
        if (detach) {
            System.out.println("started " + id);
        } else {
            new RunFollower(temporal, id, RunViews.lines(System.out), Optional.empty()).follow();
            MetricsFile.leave(id, System.out);
        }
        return ExitCode.OK;
    }
}
