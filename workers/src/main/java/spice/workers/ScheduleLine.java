package spice.workers;

import com.google.protobuf.util.Timestamps;
import io.temporal.api.schedule.v1.ScheduleInfo;
import io.temporal.api.schedule.v1.ScheduleState;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.DescribeScheduleResponse;
import io.temporal.client.schedules.ScheduleListDescription;
import java.util.List;

/// A schedule in one line. Asked for by the server's own call, since the SDK's (1.38) cannot read a schedule whose
/// action has a summary but no details.
final class ScheduleLine {
    private ScheduleLine() {}

    /// All schedules of the namespace.
    static List<String> all(TemporalConnection temporal) {
        return temporal.schedules()
                .listSchedules()
                .map(ScheduleListDescription::getScheduleId)
                .sorted()
                .map(schedule -> of(temporal, schedule))
                .toList();
    }

    static String of(TemporalConnection temporal, String schedule) {
        DescribeScheduleResponse description = temporal.stubs()
                .blockingStub()
                .describeSchedule(DescribeScheduleRequest.newBuilder()
                        .setNamespace(temporal.client().getOptions().getNamespace())
                        .setScheduleId(schedule)
                        .build());
        ScheduleInfo info = description.getInfo();
        ScheduleState state = description.getSchedule().getState();
        String next = state.getPaused()
                ? "paused (%s)".formatted(state.getNotes())
                : info.getFutureActionTimesList().stream()
                        .findFirst()
                        .map(start -> "next start " + Timestamps.toString(start))
                        .orElse("no further start");
        return "schedule %s · %s · %d started, %d skipped as the one before still ran, %d missed"
                .formatted(
                        schedule, next, info.getActionCount(), info.getOverlapSkipped(), info.getMissedCatchupWindow());
    }
}
