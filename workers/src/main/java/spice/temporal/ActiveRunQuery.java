package spice.temporal;

import io.temporal.client.WorkflowExecutionMetadata;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import spice.runs.SpiceSearchAttributes;
import spice.settings.StartFrom;
import spice.upkeep.ActiveRuns;

/// Asks Temporal which runs are going on, and which checkpoints schedules start runs from.
public final class ActiveRunQuery {
    private static final String QUERY = "WorkflowType = 'SelfPlayRun' AND ExecutionStatus = 'Running'";

    private ActiveRunQuery() {}

    /// Asks the server that the settings name; the answer is unknown if it does not answer.
    public static ActiveRuns ask() {
        Optional<TemporalConnection> reached = TemporalConnection.openIfReachable("spice store", Patience.COMMAND);
        if (reached.isEmpty()) {
            return new ActiveRuns.Unknown();
        }
        try (TemporalConnection temporal = reached.get()) {
            return of(temporal);
        }
    }

    /// Lists schedules first: a run that one of them starts in between is then found among the runs.
    static ActiveRuns of(TemporalConnection temporal) {
        List<StartFrom.Fork> scheduled = ScheduledStarts.of(temporal);
        try (Stream<WorkflowExecutionMetadata> open = temporal.client().listExecutions(QUERY)) {
            return new ActiveRuns.Known(open.map(ActiveRunQuery::live).toList(), scheduled);
        }
    }

    private static ActiveRuns.LiveRun live(WorkflowExecutionMetadata run) {
        Long iteration = run.getTypedSearchAttributes().get(SpiceSearchAttributes.ITERATION);
        return new ActiveRuns.LiveRun(
                run.getExecution().getWorkflowId(),
                run.getStartTime(),
                iteration == null ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(iteration)));
    }
}
