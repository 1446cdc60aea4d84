package spice.follow;

import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.enums.v1.PendingWorkflowTaskState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import spice.temporal.StepsUnderWay;
import spice.temporal.TemporalConnection;

/// Says what a run waits for when it has not moved for a while: a step that is tried again, a step that no worker
/// takes, or a worker for the workflow itself.
final class StallNotice {
    private static final Duration QUIET = Duration.ofSeconds(20);

    private final TemporalConnection temporal;
    private final String workflow;
    private String lastPlace = "";
    private long since = System.nanoTime();

    StallNotice(TemporalConnection temporal, String workflow) {
        this.temporal = temporal;
        this.workflow = workflow;
    }

    /// A line for the user, if the run has been at the same place for a while and something keeps it there.
    Optional<String> line(String place) {
        if (!place.equals(lastPlace)) {
            lastPlace = place;
            since = System.nanoTime();
        }
        if (System.nanoTime() - since < QUIET.toNanos()) {
            return Optional.empty();
        }
        since = System.nanoTime();
        try {
            return StepsUnderWay.executions(temporal, workflow)
                    .flatMap(execution -> Stream.concat(
                            execution.getPendingActivitiesList().stream()
                                    .flatMap(activity -> reason(activity).stream()),
                            reason(execution).stream()))
                    .findFirst();
        } catch (StatusRuntimeException e) {
            return Optional.of("waiting for the Temporal server (%s)"
                    .formatted(e.getStatus().getCode()));
        }
    }

    private static Optional<String> reason(DescribeWorkflowExecutionResponse execution) {
        return execution.getPendingWorkflowTask().getState()
                        == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
                ? Optional.of(
                        "%s waits for a worker; start one with `spice worker`. One that runs says in its log if runs are given to another build"
                                .formatted(execution
                                        .getWorkflowExecutionInfo()
                                        .getExecution()
                                        .getWorkflowId()))
                : Optional.empty();
    }

    private static Optional<String> reason(PendingActivityInfo activity) {
        String step = activity.getActivityType().getName();
        if (activity.getAttempt() > 1 && activity.hasLastFailure()) {
            return Optional.of("%s is tried again (attempt %d): %s"
                    .formatted(
                            step,
                            activity.getAttempt(),
                            activity.getLastFailure().getMessage()));
        }
        return activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
                ? Optional.of("%s waits for a worker; start one with `spice worker`".formatted(step))
                : Optional.empty();
    }
}
