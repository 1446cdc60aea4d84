package spice.activities;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.client.WorkflowClient;
import java.util.Optional;
import spice.workflows.ScheduleActivities;

/// Asks the Temporal server when a schedule starts next. It calls the server's API directly: the SDK (1.38) cannot
/// read a schedule whose action has a summary but no details.
public final class ScheduleActivitiesImpl implements ScheduleActivities {
    private final WorkflowClient client;

    public ScheduleActivitiesImpl(WorkflowClient client) {
        this.client = client;
    }

    @Override
    public Optional<Long> nextStart(String schedule) {
        try {
            return client
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .describeSchedule(DescribeScheduleRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setScheduleId(schedule)
                            .build())
                    .getInfo()
                    .getFutureActionTimesList()
                    .stream()
                    .map(Timestamps::toMillis)
                    .findFirst();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                // The schedule was deleted after this start: there is no next one.
                return Optional.empty();
            }
            throw e;
        }
    }
}
