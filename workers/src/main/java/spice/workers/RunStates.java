package spice.workers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.common.SearchAttributeKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import spice.workflows.Payloads;
import spice.workflows.RunProgress;
import spice.workflows.RunReport;
import spice.workflows.SpiceSearchAttributes;
import spice.workflows.Trouble;

/// The states of runs, each in one line, asked of Temporal.
record RunStates(TemporalConnection temporal) {
    /// Templates have completed, and so have runs that Temporal knows of but whose store is another.
    private static final String UNFINISHED =
            "WorkflowType = 'SelfPlayRun' AND ExecutionStatus IN ('Running', 'Failed', 'Canceled', 'Terminated',"
                    + " 'TimedOut')";

    /// Of those that have left nothing in the store.
    private static final int MOST = 50;

    /// What a run does, or how it ended, with the reason where it failed or waits for a person.
    String of(String run) {
        try {
            WorkflowExecutionInfo info = temporal.stubs()
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(temporal.client().getOptions().getNamespace())
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(run))
                            .build())
                    .getWorkflowExecutionInfo();
            return switch (info.getStatus()) {
                case WORKFLOW_EXECUTION_STATUS_RUNNING -> doing(run, info);
                case WORKFLOW_EXECUTION_STATUS_FAILED -> "failed: " + failure(run);
                default ->
                    info.getStatus()
                            .name()
                            .replace("WORKFLOW_EXECUTION_STATUS_", "")
                            .toLowerCase(Locale.ROOT);
            };
        } catch (StatusRuntimeException e) {
            return "not known to Temporal any more";
        }
    }

    /// Runs of which the store knows nothing, since they are just beginning or failed before they had begun; the
    /// newest first.
    ///
    /// @param stored the lineages that the store has
    List<String> others(List<String> stored) {
        try (Stream<WorkflowExecutionMetadata> all = temporal.client().listExecutions(UNFINISHED)) {
            return all.map(run -> run.getExecution().getWorkflowId())
                    .filter(run -> !stored.contains(run))
                    .distinct()
                    .limit(MOST)
                    .toList();
        }
    }

    /// What the run says that it does, and why it waits for a person if it does.
    private String doing(String run, WorkflowExecutionInfo info) {
        Optional<String> failure = attribute(info, SpiceSearchAttributes.FAILURE);
        return Stream.of(
                        Optional.of(attribute(info, SpiceSearchAttributes.STATE).orElse("starting")),
                        failure.map(name -> trouble(run).orElse(name)))
                .flatMap(Optional::stream)
                .reduce("%s: %s"::formatted)
                .orElseThrow();
    }

    private static Optional<String> attribute(WorkflowExecutionInfo info, SearchAttributeKey<String> key) {
        return Optional.ofNullable(
                        info.getSearchAttributes().getIndexedFieldsMap().get(key.getName()))
                .map(payload -> Payloads.converter().fromPayload(payload, String.class, String.class));
    }

    /// Empty while no worker answers.
    private Optional<String> trouble(String run) {
        try {
            return temporal.client()
                    .newUntypedWorkflowStub(run)
                    .query("progress", RunProgress.class)
                    .trouble()
                    .map(Trouble::line);
        } catch (WorkflowException e) {
            return Optional.empty();
        }
    }

    private String failure(String run) {
        try {
            temporal.client().newUntypedWorkflowStub(run).getResult(1, TimeUnit.SECONDS, RunReport.class);
            return "it was started again since";
        } catch (TimeoutException e) {
            return "it was started again since";
        } catch (WorkflowException e) {
            return Trouble.of(e).line();
        }
    }
}
