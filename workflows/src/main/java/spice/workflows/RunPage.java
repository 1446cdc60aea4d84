package spice.workflows;

import io.temporal.common.SearchAttributeUpdate;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import spice.runs.FailureSummary;
import spice.runs.IterationMetrics;
import spice.runs.IterationReport;
import spice.runs.Phase;
import spice.runs.Rate;
import spice.runs.RunProgress;
import spice.runs.RunState;
import spice.runs.SpiceSearchAttributes;
import spice.settings.RunSettings;

/// The run's page in the Temporal UI: its status card and its search attributes, and what the `progress` query
/// answers. The card has lists instead of tables: the UI sets a table's columns without any space between them.
final class RunPage {
    private Phase phase = Phase.STARTING;
    private RunProgress progress = RunProgress.before(Phase.STARTING.word(), 0, Optional.empty());

    Phase phase() {
        return phase;
    }

    RunProgress progress() {
        return progress;
    }

    void show(Phase now, RunState state, Optional<FailureSummary> trouble) {
        phase = now;
        progress = RunProgress.of(now.word(), state, trouble);
        Workflow.setCurrentDetails(markdown(progress, state));
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(state.run().lineage()),
                SpiceSearchAttributes.STATE.valueSet(now.word()),
                failure(trouble),
                SpiceSearchAttributes.ITERATION.valueSet((long) state.policy().iteration()),
                state.last()
                        .flatMap(report -> report.metrics().passRate())
                        .map(SpiceSearchAttributes.PASS_RATE::valueSet)
                        .orElseGet(SpiceSearchAttributes.PASS_RATE::valueUnset));
    }

    /// Sets what the query answers. Histories begin with the first step, before anything is shown.
    void begin(RunSettings settings) {
        phase = Phase.INGESTING;
        progress = RunProgress.before(Phase.INGESTING.word(), settings.iterations(), Optional.empty());
    }

    /// Shows a run that is not open yet.
    void showOpening(Phase now, RunSettings settings, Optional<FailureSummary> trouble) {
        phase = now;
        progress = RunProgress.before(now.word(), settings.iterations(), trouble);
        Workflow.setCurrentDetails(opening(progress));
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(Workflow.getInfo().getWorkflowId()),
                SpiceSearchAttributes.STATE.valueSet(now.word()),
                failure(trouble));
    }

    /// A finished run must no longer match a search for runs that need attention.
    void showEnd(TemporalFailure end, boolean aborted) {
        boolean cancelled = end instanceof CanceledFailure;
        Phase ended = aborted ? Phase.ABORTED : cancelled ? Phase.CANCELLED : Phase.FAILED;
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.STATE.valueSet(ended.word()),
                ended == Phase.FAILED
                        ? SpiceSearchAttributes.FAILURE.valueSet(
                                FailureSummary.of(end).name())
                        : SpiceSearchAttributes.FAILURE.valueUnset());
    }

    private static SearchAttributeUpdate<String> failure(Optional<FailureSummary> trouble) {
        return trouble.map(failed -> SpiceSearchAttributes.FAILURE.valueSet(failed.name()))
                .orElseGet(SpiceSearchAttributes.FAILURE::valueUnset);
    }

    private static String opening(RunProgress progress) {
        return progress.trouble()
                .map(trouble -> title(progress) + """
                    **%s** · %s

                    The run waits for a person. Under More Actions, Send an Update, choose one of these:

                    - `retryIteration` opens it again
                    - `abort` ends the run

                    """.formatted(trouble.name(), trouble.message()))
                .orElseGet(() -> title(progress));
    }

    private static String title(RunProgress progress) {
        return "## %s · %d of %d iterations done\n\n"
                .formatted(
                        progress.state().equals(RunProgress.NEEDS_ATTENTION) ? "Needs attention" : progress.state(),
                        progress.iteration(),
                        progress.lastIteration());
    }

    private static String markdown(RunProgress progress, RunState state) {
        StringBuilder card = new StringBuilder(title(progress));
        progress.trouble().ifPresent(trouble -> card.append(attention(trouble)));
        progress.last().ifPresent(report -> card.append(last(report, progress.secondsLeft(), progress.warning())));
        if (!progress.evaluations().isEmpty()) {
            card.append("### Held-out accuracy\n\n");
            progress.evaluations()
                    .forEach(evaluation -> card.append(String.format(
                            Locale.ROOT,
                            "- after iteration %d: greedy **%.3f**, mean %.3f\n",
                            evaluation.iteration(),
                            evaluation.greedy(),
                            evaluation.mean())));
        }
        return card.append(
                        "\nLast checkpoint: `%s`\n\n".formatted(state.policy().name()))
                .append(toRead(state))
                .toString();
    }

    /// Where the run's curves and tasks are. The live view's address holds a token, which must not stand on a page
    /// that everybody reads; workflows do not know it.
    private static String toRead(RunState state) {
        return """
            Curves and tasks: `spice report %1$s` writes them to a file and into the store, under \
            `records/reports/%2$s/`. Live: the address that `spice up` prints, then `%1$s/`.
            """.formatted(state.run().lineage(), state.policy().name().replaceFirst("^checkpoints/", ""));
    }

    private static String attention(FailureSummary trouble) {
        return """
            **%s** · %s

            The run waits for a person. Under More Actions, Send an Update, choose one of these:

            - `retryIteration` takes it again; with `{"fresh": true}` with other seeds, with `{"settings": {...}}` \
            with other settings
            - `skipIteration` goes on without it
            - `abort` ends the run; its lineage can be continued

            """.formatted(trouble.name(), trouble.message());
    }

    /// Self-play that goes astray shows here first: one kind takes over, the Reasoner contradicts golds, verdicts
    /// stay undecided, tasks are refused.
    private static String last(IterationReport report, double secondsLeft, Optional<String> warning) {
        IterationMetrics metrics = report.metrics();
        StringBuilder list = new StringBuilder(String.format(
                Locale.ROOT,
                """
                ### Iteration %d

                - pass rate **%s**, valid share **%.2f**, Challenger reward **%s**
                """,
                report.number(),
                Rate.inWords(metrics.passRate()),
                metrics.validShare(),
                Rate.inWords(metrics.challengerReward())));
        metrics.kinds()
                .forEach((kind, of) -> list.append(String.format(
                        Locale.ROOT,
                        "- kind %s: %d tasks, pass rate %.2f, Challenger reward %.2f\n",
                        inWords(kind),
                        of.tasks(),
                        of.passRate(),
                        of.challengerReward())));
        list.append(counts("difficulty", metrics.difficulties()));
        list.append(counts("refused", metrics.refusals()));
        list.append(counts("repaired", metrics.repairs()));
        list.append(
                "- suspect golds %d, undecided verdicts %d\n".formatted(metrics.suspectGolds(), metrics.undecided()));
        warning.ifPresent(words -> list.append("- **warning:** %s\n".formatted(words)));
        return list.append("- about %s left\n\n".formatted(inWords(Math.round(secondsLeft))))
                .toString();
    }

    /// A line of counts, or nothing if there are none.
    private static String counts(String title, Map<?, Integer> counts) {
        return counts.isEmpty()
                ? ""
                : "- %s: %s\n"
                        .formatted(
                                title,
                                new TreeMap<>(counts)
                                        .entrySet().stream()
                                                .map(count ->
                                                        "%s %d".formatted(inWords(count.getKey()), count.getValue()))
                                                .collect(Collectors.joining(", ")));
    }

    private static String inWords(Object name) {
        return name.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String inWords(long seconds) {
        return seconds < 120
                ? "%d s".formatted(seconds)
                : seconds < 2 * 3600
                        ? "%d min".formatted(seconds / 60)
                        : "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
    }
}
