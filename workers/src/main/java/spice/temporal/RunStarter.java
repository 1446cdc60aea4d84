package spice.temporal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.FailureSummary;
import spice.settings.Lineages;
import spice.settings.RunSettings;
import spice.workflows.TaskQueues;

/// Starts runs from outside the Temporal UI.
public final class RunStarter {
    /// An idle worker answers within a second, and one that is starting within ten.
    private static final Duration CHECK = Duration.ofSeconds(20);

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
            throw busy(id);
        }
    }

    private static UserError busy(String id) {
        return new UserError(
                "lineage %s is being run already, by the workflow %s; follow it with `spice watch %s`"
                        .formatted(id, id, id),
                ExitCode.BAD_INPUT);
    }

    private static boolean isRunning(TemporalConnection temporal, String id) {
        try {
            return temporal.client().newUntypedWorkflowStub(id).describe().getStatus()
                    == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
        } catch (WorkflowNotFoundException e) {
            return false;
        }
    }

    /// Asks the workers whether they know what the settings name. Where no worker answers soon, the run itself
    /// will say it.
    ///
    /// @param id of the run that will be started
    /// @throws UserError if the lineage is being run already, or the workers lack the corpus, the held-out file
    ///     or the launcher
    public static void check(TemporalConnection temporal, String id, RunSettings settings) {
        if (isRunning(temporal, id)) {
            throw busy(id);
        }
        WorkflowStub check = temporal.client()
                .newUntypedWorkflowStub(
                        "RunCheck",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId("check-" + id)
                                .setWorkflowIdReusePolicy(
                                        WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                                .setWorkflowIdConflictPolicy(
                                        WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                                .setWorkflowExecutionTimeout(CHECK)
                                .setStaticSummary("what a run needs")
                                .build());
        check.start(settings);
        try {
            check.getResult(Void.class);
        } catch (WorkflowFailedException e) {
            if (e.getCause() instanceof ApplicationFailure failure) {
                throw new UserError(FailureSummary.of(failure).toString(), ExitCode.BAD_INPUT);
            }
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
