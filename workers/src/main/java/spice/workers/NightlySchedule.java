package spice.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleIntervalSpec;
import io.temporal.client.schedules.SchedulePolicy;
import io.temporal.client.schedules.ScheduleSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import spice.local.UserError;
import spice.store.Json;
import spice.workflows.TaskQueues;

/// A schedule of continued self-play, as the server keeps it.
public final class NightlySchedule {
    private NightlySchedule() {}

    /// The schedule as it is to be made.
    ///
    /// @param settings of each run, as the person gave them
    /// @param catchUp how late a start may be made up for
    public static Schedule of(String lineage, ObjectNode settings, ScheduleSpec spec, Duration catchUp) {
        ObjectNode input = Json.mapper().createObjectNode().put("lineage", lineage);
        input.set("settings", settings);
        return Schedule.newBuilder()
                .setAction(ScheduleActionStartWorkflow.newBuilder()
                        .setWorkflowType("Nightly")
                        .setArguments(input)
                        .setOptions(WorkflowOptions.newBuilder()
                                .setWorkflowId("nightly-" + lineage)
                                .setTaskQueue(TaskQueues.RUNS)
                                .setStaticSummary("continued self-play of " + lineage)
                                .build())
                        .build())
                .setSpec(spec)
                .setPolicy(SchedulePolicy.newBuilder()
                        .setOverlap(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP)
                        .setCatchupWindow(catchUp)
                        .setPauseOnFailure(true)
                        .build())
                .build();
    }

    /// When to start: by cron or by interval.
    ///
    /// @throws UserError if both are given, or none, or a time zone without cron
    public static ScheduleSpec spec(@Nullable String cron, @Nullable String timeZone, @Nullable String every) {
        if ((cron == null) == (every == null)) {
            throw new UserError("give either --cron, e.g. \"0 2 * * *\", or --every, e.g. 24h", ExitCode.BAD_INPUT);
        }
        if (timeZone != null && cron == null) {
            throw new UserError(
                    "--time-zone says where --cron's times are meant; give it with --cron only", ExitCode.BAD_INPUT);
        }
        ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
        if (cron != null) {
            spec.setCronExpressions(List.of(cron));
            if (timeZone != null) {
                spec.setTimeZoneName(timeZone);
            }
        }
        if (every != null) {
            spec.setIntervals(List.of(new ScheduleIntervalSpec(ScheduleCommand.span(every))));
        }
        return spec.build();
    }
}
