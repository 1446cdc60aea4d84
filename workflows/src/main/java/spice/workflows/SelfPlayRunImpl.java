package spice.workflows;

import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.RawValue;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import spice.domain.Refusal;
import spice.settings.InvalidSettings;
import spice.settings.Lineages;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.BlobRef;

/// Opens the run, iterates, compares the last checkpoint with the first.
public final class SelfPlayRunImpl implements SelfPlayRun {
    /// A model that poses nothing valid for this many iterations in a row will not learn to on its own: with only
    /// invalid tasks all rewards are equal and no gradient flows.
    private static final int EMPTY_ITERATIONS = 3;

    private RunProgress progress = new RunProgress("starting", 0, 0, 0, Optional.empty(), List.of());

    @Override
    public RunProgress progress() {
        return progress;
    }

    @Override
    public RunReport run(@Nullable RawValue input, @Nullable RunState carried) {
        RunSettings settings = read(input);
        RunState state = carried == null ? open(settings) : carried;
        int last = state.firstIteration() + settings.iterations() - 1;
        while (state.policy().iteration() < last) {
            show("iterating", settings, state);
            state = iterate(settings, state);
            if (Workflow.getInfo().isContinueAsNewSuggested()) {
                Workflow.newContinueAsNewStub(SelfPlayRun.class).run(input, state);
            }
        }
        show("comparing", settings, state);
        Comparison comparison = compare(settings, state);
        show("done", settings, state);
        return new RunReport(state.run(), state.policy(), state.evaluations(), comparison);
    }

    private static RunSettings read(@Nullable RawValue input) {
        Payload payload = input == null ? Payload.getDefaultInstance() : input.getPayload();
        try {
            requireLineageName(Workflow.getInfo().getWorkflowId());
            return SettingsReader.read(payload.getData().toStringUtf8());
        } catch (InvalidSettings e) {
            throw Failure.INVALID_SETTINGS.because(
                    "the run's settings cannot be used:\n%s".formatted(String.join("\n", e.problems())));
        }
    }

    private static void requireLineageName(String workflowId) {
        if (!Lineages.isName(workflowId)) {
            throw Failure.INVALID_SETTINGS.because(
                    "the workflow's id is \"%s\", and it names the lineage of checkpoints; use up to 100 letters, digits, '.', '_' and '-'"
                            .formatted(workflowId));
        }
    }

    private RunState open(RunSettings settings) {
        progress = new RunProgress("ingesting", 0, settings.iterations(), 0, Optional.empty(), List.of());
        var reader =
                Workflow.newActivityStub(CorpusActivities.class, calls(settings).ingest("ingest " + settings.corpus()));
        var checkpoints = Workflow.newActivityStub(
                CheckpointActivities.class, calls(settings).quick("open"));
        var challenger = Workflow.newActivityStub(
                ChallengerActivities.class, calls(settings).sample("pose the held-out questions"));
        String lineage = Workflow.getInfo().getWorkflowId();
        CorpusRef corpus = reader.ingest(settings);
        CheckpointActivities.StartingPoint start = checkpoints.open(settings, lineage, corpus);
        BlobRef heldOut =
                reader.readHeldOut(settings).orElseGet(() -> challenger.poseHeldOut(settings, start.base(), corpus));
        OpenedRun run = new OpenedRun(lineage, start.branch(), start.base(), start.start(), corpus, heldOut);
        RunState state = new RunState(
                run, run.start(), run.start().iteration() + 1, 0, 0, Map.of(), Optional.empty(), List.of());
        show("evaluating", settings, state);
        return evaluated(settings, state);
    }

    private RunState iterate(RunSettings settings, RunState state) {
        int number = state.policy().iteration() + 1;
        long started = Workflow.currentTimeMillis();
        SelfPlayIteration iteration = Workflow.newChildWorkflowStub(
                SelfPlayIteration.class,
                ChildWorkflowOptions.newBuilder()
                        .setWorkflowId(
                                "%s/iteration-%d".formatted(Workflow.getInfo().getWorkflowId(), number))
                        .setStaticSummary("iteration %d of %s"
                                .formatted(number, state.run().lineage()))
                        .build());
        IterationReport report = iteration.run(new IterationRequest(settings, state.run(), number, state.policy()));
        RunState next = state.after(report, (Workflow.currentTimeMillis() - started) / 1000.0);
        if (next.emptyIterations() == EMPTY_ITERATIONS) {
            throw Failure.NO_VALID_TASKS.because(noValidTasks(settings, next));
        }
        int done = next.finished();
        boolean due =
                done == settings.iterations() || (settings.evaluateEvery() > 0 && done % settings.evaluateEvery() == 0);
        return due ? evaluated(settings, next) : next;
    }

    private static String noValidTasks(RunSettings settings, RunState state) {
        String refused = state.refusals().entrySet().stream()
                .sorted(Map.Entry.<Refusal, Integer>comparingByValue().reversed())
                .map(entry -> "%s %d".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        String remedy = switch (settings.roles()) {
            case NANO -> "The nano model can read only ledgers; for these documents take a larger model";
            case JSON -> "Take a model that follows the format, or longer replies (challengerTokens)";
        };
        return "%d iterations in a row posed no valid task on %s. Refused: %s. %s."
                .formatted(EMPTY_ITERATIONS, settings.corpus(), refused, remedy);
    }

    /// The state with its policy evaluated. The first one, the base's, also measures pass@k: what the model could
    /// do before any learning, if one only asked often enough. Without a single held-out question there is
    /// nothing to compare.
    private static RunState evaluated(RunSettings settings, RunState state) {
        var evaluator = Workflow.newActivityStub(
                EvaluatorActivities.class,
                calls(settings).sample("evaluate iteration " + state.policy().iteration()));
        int k = state.evaluations().isEmpty() ? settings.passAt() : 0;
        Evaluation evaluation = evaluator.evaluate(
                new EvaluationRequest(settings, state.policy(), state.run().heldOut(), k));
        return evaluation.questions() == 0 ? state : state.with(evaluation);
    }

    private static Comparison compare(RunSettings settings, RunState state) {
        var evaluator = Workflow.newActivityStub(
                EvaluatorActivities.class, calls(settings).sample("cross first and last"));
        var judge =
                Workflow.newActivityStub(JudgeActivities.class, calls(settings).quick("compare first and last"));
        Optional<Comparison.CoEvolution> coEvolution = settings.coEvolutionDocuments() == 0
                ? Optional.empty()
                : evaluator.coEvolve(settings, state.run(), state.policy());
        List<Evaluation> evaluations = state.evaluations();
        return judge.compare(
                evaluations.stream().findFirst(), evaluations.stream().reduce((first, last) -> last), coEvolution);
    }

    private static Calls calls(RunSettings settings) {
        return Calls.of(settings, Workflow.getInfo().getWorkflowId());
    }

    private void show(String word, RunSettings settings, RunState state) {
        int last = state.firstIteration() + settings.iterations() - 1;
        int left = last - state.policy().iteration();
        double each = state.finished() == 0 ? 0 : state.finishedSeconds() / state.finished();
        progress =
                new RunProgress(word, state.policy().iteration(), last, each * left, state.last(), state.evaluations());
        Workflow.setCurrentDetails(CurrentDetails.markdown(progress, state));
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(state.run().lineage()),
                SpiceSearchAttributes.STATE.valueSet(word),
                SpiceSearchAttributes.ITERATION.valueSet((long) state.policy().iteration()),
                SpiceSearchAttributes.PASS_RATE.valueSet(
                        state.last().map(report -> report.metrics().passRate()).orElse(0.0)));
    }
}
