package spice.temporal;

import com.google.protobuf.util.Timestamps;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.schedule.v1.ScheduleActionResult;
import io.temporal.api.schedule.v1.ScheduleInfo;
import io.temporal.api.schedule.v1.ScheduleState;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.DescribeScheduleResponse;
import io.temporal.client.WorkflowExecutionDescription;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.client.schedules.ScheduleListDescription;
import java.util.List;
import spice.runs.SpiceSearchAttributes;
import spice.workflows.Nightly.NightReport;

/// Describes a schedule in one line. It calls the server's API, since the SDK (1.38) cannot read a schedule whose
/// action has a summary but no details.
public final class ScheduleLine {
    private ScheduleLine() {}

    /// A line for each schedule of the namespace, by name.
    public static List<String> all(TemporalConnection temporal) {
        return temporal.schedules()
                .listSchedules()
                .map(ScheduleListDescription::getScheduleId)
                .sorted()
                .map(schedule -> of(temporal, schedule))
                .toList();
    }

    /// What the server knows of a schedule.
    static DescribeScheduleResponse describe(TemporalConnection temporal, String schedule) {
        return temporal.stubs()
                .blockingStub()
                .describeSchedule(DescribeScheduleRequest.newBuilder()
                        .setNamespace(temporal.namespace())
                        .setScheduleId(schedule)
                        .build());
    }

    public static String of(TemporalConnection temporal, String schedule) {
        DescribeScheduleResponse description = describe(temporal, schedule);
        ScheduleInfo info = description.getInfo();
        ScheduleState state = description.getSchedule().getState();
        String next = state.getPaused()
                ? "paused (%s)".formatted(state.getNotes())
                : info.getFutureActionTimesList().stream()
                        .findFirst()
                        .map(start -> "next start " + Timestamps.toString(start))
                        .orElse("no further start");
        return "schedule %s · %s · %s%d started, %d skipped as the one before still ran, %d missed"
                .formatted(
                        schedule,
                        next,
                        lastStart(temporal, info),
                        info.getActionCount(),
                        info.getOverlapSkipped(),
                        info.getMissedCatchupWindow());
    }

    /// How the last start ended; empty before the first.
    private static String lastStart(TemporalConnection temporal, ScheduleInfo info) {
        if (info.getRecentActionsCount() == 0) {
            return "";
        }
        ScheduleActionResult start = info.getRecentActionsList().getLast();
        return "last start %s %s · "
                .formatted(
                        Timestamps.toString(start.getActualTime()), outcome(temporal, start.getStartWorkflowResult()));
    }

    private static String outcome(TemporalConnection temporal, WorkflowExecution night) {
        WorkflowStub stub = temporal.client()
                .newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                        .setWorkflowExecution(night)
                        .build());
        try {
            WorkflowExecutionDescription description = stub.describe();
            boolean skipped = NightReport.SKIPPED.equals(
                    description.getTypedSearchAttributes().get(SpiceSearchAttributes.STATE));
            return skipped
                    ? stub.getResult(NightReport.class)
                            .skipped()
                            .map(busy -> "skipped: " + busy.message())
                            .orElse(NightReport.SKIPPED)
                    : RunStanding.word(description.getStatus());
        } catch (WorkflowNotFoundException e) {
            return "forgotten by the server";
        }
    }
}
