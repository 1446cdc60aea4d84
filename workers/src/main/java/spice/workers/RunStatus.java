package spice.workers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import java.util.Optional;
import spice.tracking.MlflowStatus;

/// How runs stand, as Temporal knows it.
record RunStatus(TemporalConnection temporal) {

    /// Empty if it does not know the run any more, or cannot be asked.
    Optional<MlflowStatus> of(String lineage) {
        try {
            return switch (temporal.stubs()
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(temporal.client().getOptions().getNamespace())
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(lineage))
                            .build())
                    .getWorkflowExecutionInfo()
                    .getStatus()) {
                case WORKFLOW_EXECUTION_STATUS_RUNNING,
                        WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
                        WORKFLOW_EXECUTION_STATUS_PAUSED -> Optional.of(MlflowStatus.RUNNING);
                case WORKFLOW_EXECUTION_STATUS_COMPLETED -> Optional.of(MlflowStatus.FINISHED);
                case WORKFLOW_EXECUTION_STATUS_FAILED, WORKFLOW_EXECUTION_STATUS_TIMED_OUT ->
                    Optional.of(MlflowStatus.FAILED);
                case WORKFLOW_EXECUTION_STATUS_CANCELED, WORKFLOW_EXECUTION_STATUS_TERMINATED ->
                    Optional.of(MlflowStatus.KILLED);
                case WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
            };
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }
}
