package spice.temporal;

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
import java.util.Map;
import org.jspecify.annotations.Nullable;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.store.Json;
import spice.workflows.TaskQueues;

/// Makes schedules of continued self-play.
public final class NightlySchedule {
    private NightlySchedule() {}

    /// A schedule that starts `Nightly` workflows, skips a start while the one before still runs, and pauses after
    /// a failure.
    ///
    /// @param settings settings of each run, as the user gave them
    /// @param catchUp how late a missed start is still made up for
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
    /// @throws UserError if both or neither are given, or a time zone without cron
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
            spec.setIntervals(List.of(new ScheduleIntervalSpec(span(every))));
        }
        return spec.build();
    }

    /// A span of time as people write it: 24h, 90m, 30s.
    ///
    /// @throws UserError if the text is not one
    public static Duration span(String text) {
        Map<String, Duration> units =
                Map.of("h", Duration.ofHours(1), "m", Duration.ofMinutes(1), "s", Duration.ofSeconds(1));
        if (!text.matches("[1-9]\\d{0,5}[hms]")) {
            throw new UserError(
                    "%s is not a span of time; give e.g. 24h, 90m or 30s".formatted(text), ExitCode.BAD_INPUT);
        }
        Duration unit = units.getOrDefault(text.substring(text.length() - 1), Duration.ZERO);
        return unit.multipliedBy(Long.parseLong(text.substring(0, text.length() - 1)));
    }
}
