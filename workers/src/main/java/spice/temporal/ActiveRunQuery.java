package spice.temporal;

import static java.util.stream.Collectors.toSet;

import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.envconfig.ClientConfigProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import spice.local.LocalSettings;
import spice.local.TemporalLadder;
import spice.program.Environment;
import spice.program.UserError;
import spice.runs.SpiceSearchAttributes;
import spice.settings.StartFrom;
import spice.store.BlobStore;
import spice.upkeep.ActiveRuns;
import spice.upkeep.StoreUser;

/// Asks Temporal which runs are going on, and which checkpoints schedules start runs from.
public final class ActiveRunQuery {
    private static final String PROGRAM = "spice store";
    private static final String QUERY = "WorkflowType = 'SelfPlayRun' AND ExecutionStatus = 'Running'";

    private ActiveRunQuery() {}

    /// Asks the server that the settings name; the answer is unknown if it does not answer.
    ///
    /// @param also further users of the store to ask, each as ADDRESS/NAMESPACE
    /// @throws UserError if one of those does not answer, or the store has another user
    public static ActiveRuns ask(BlobStore store, List<String> also) {
        ClientConfigProfile own = TemporalLadder.profile(LocalSettings.ofThisProcess(), Environment.variables());
        Optional<TemporalConnection> reached = TemporalConnection.openIfReachable(PROGRAM, Patience.COMMAND);
        if (reached.isEmpty()) {
            return new ActiveRuns.Unknown();
        }
        List<TemporalConnection> asked = new ArrayList<>(List.of(reached.get()));
        try {
            for (String place : also) {
                asked.add(TemporalConnection.openAt(at(own, place), PROGRAM, Patience.COMMAND));
            }
            return of(store, asked);
        } finally {
            asked.forEach(TemporalConnection::close);
        }
    }

    /// The same credentials for another place.
    private static ClientConfigProfile at(ClientConfigProfile own, String place) {
        int slash = place.lastIndexOf('/');
        if (slash < 1 || slash == place.length() - 1) {
            throw new UserError("'%s' is no ADDRESS/NAMESPACE, such as 127.0.0.1:7233/default".formatted(place));
        }
        return own.toBuilder()
                .setAddress(place.substring(0, slash))
                .setNamespace(place.substring(slash + 1))
                .build();
    }

    /// What these servers say together.
    ///
    /// @throws UserError if the store has a user that is none of them
    public static ActiveRuns.Known of(BlobStore store, List<TemporalConnection> asked) {
        Set<String> known =
                asked.stream().map(temporal -> temporal.asUser().id()).collect(toSet());
        for (StoreUser user : StoreUser.of(store)) {
            if (!known.contains(user.id())) {
                throw new UserError(
                        "%s uses this store too and was not asked, so nothing is removed: its runs may need it. Ask it by --temporal ADDRESS/NAMESPACE, or, if it is gone for good, --forget %s"
                                .formatted(user, user.id()));
            }
        }
        List<ActiveRuns.Known> answers = asked.stream().map(ActiveRunQuery::of).toList();
        return new ActiveRuns.Known(
                answers.stream().flatMap(answer -> answer.runs().stream()).toList(),
                answers.stream().flatMap(answer -> answer.scheduled().stream()).toList());
    }

    /// Lists schedules first: a run that one of them starts in between is then found among the runs.
    static ActiveRuns.Known of(TemporalConnection temporal) {
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
