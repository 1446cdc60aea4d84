package spice.workers;

import io.temporal.client.WorkflowExecutionMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import spice.settings.StartFrom;
import spice.upkeep.LiveRuns;
import spice.workflows.SpiceSearchAttributes;

/// The runs that Temporal knows to be going on, or to be started by a schedule.
final class OpenRuns {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String QUERY = "WorkflowType = 'SelfPlayRun' AND ExecutionStatus = 'Running'";

    private OpenRuns() {}

    /// Asks the server that the settings name.
    static LiveRuns ask() {
        Optional<TemporalConnection> reached = TemporalConnection.tried("spice store", PATIENCE);
        if (reached.isEmpty()) {
            return new LiveRuns.Unknown();
        }
        try (TemporalConnection temporal = reached.get()) {
            return of(temporal);
        }
    }

    /// Schedules first: what one starts in between is a run that goes on.
    static LiveRuns of(TemporalConnection temporal) {
        List<StartFrom.Fork> scheduled = ScheduledStarts.of(temporal);
        try (Stream<WorkflowExecutionMetadata> open = temporal.client().listExecutions(QUERY)) {
            return new LiveRuns.Known(open.map(OpenRuns::live).toList(), scheduled);
        }
    }

    private static LiveRuns.LiveRun live(WorkflowExecutionMetadata run) {
        Long iteration = run.getTypedSearchAttributes().get(SpiceSearchAttributes.ITERATION);
        return new LiveRuns.LiveRun(
                run.getExecution().getWorkflowId(),
                run.getStartTime(),
                iteration == null ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(iteration)));
    }
}
