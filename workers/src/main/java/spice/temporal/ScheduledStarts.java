package spice.temporal;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.schedule.v1.ScheduleAction;
import io.temporal.api.workflow.v1.NewWorkflowExecutionInfo;
import io.temporal.client.schedules.ScheduleListDescription;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import spice.settings.StartFrom;
import spice.store.Json;

/// The checkpoints of other lineages from which schedules start runs, whether they have started any yet or not.
final class ScheduledStarts {
    private ScheduledStarts() {}

    static List<StartFrom.Fork> of(TemporalConnection temporal) {
        return temporal.schedules()
                .listSchedules()
                .map(ScheduleListDescription::getScheduleId)
                .map(schedule -> ScheduleLine.describe(temporal, schedule))
                .flatMap(described -> start(described.getSchedule().getAction()).stream())
                .toList();
    }

    private static Optional<StartFrom.Fork> start(ScheduleAction action) {
        NewWorkflowExecutionInfo run = action.getStartWorkflow();
        JsonNode input = run.getInput().getPayloadsList().stream()
                .findFirst()
                .map(ScheduledStarts::json)
                .orElseGet(() -> Json.mapper().missingNode());
        String startFrom = switch (run.getWorkflowType().getName()) {
            case "Nightly" -> input.path("settings").path("startFrom").asText();
            // Made by hand in the Temporal UI.
            case "SelfPlayRun" -> input.path("startFrom").asText();
            default -> "";
        };
        return StartFrom.parse(startFrom)
                .filter(StartFrom.Fork.class::isInstance)
                .map(StartFrom.Fork.class::cast);
    }

    /// Input that is no JSON starts no run.
    private static JsonNode json(Payload payload) {
        try {
            return Json.mapper().readTree(payload.getData().toByteArray());
        } catch (IOException e) {
            return Json.mapper().missingNode();
        }
    }
}
