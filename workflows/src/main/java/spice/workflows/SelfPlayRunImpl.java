package spice.workflows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.common.SearchAttributeUpdate;
import io.temporal.common.VersioningBehavior;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowVersioningBehavior;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import spice.domain.Refusal;
import spice.domain.Seed;
import spice.settings.InvalidSettings;
import spice.settings.Lineages;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.settings.SettingsReader;
import spice.store.BlobRef;
import spice.store.Json;

/// Opens the run, iterates, compares the last checkpoint with the first. Between iterations it does what the
/// operator asked for; what fails waits for the operator.
///
/// It outlives many builds: each of its workflow tasks goes to the build that is current then, which has to replay
/// what older ones did.
public final class SelfPlayRunImpl implements SelfPlayRun {
    private static final ObjectMapper JSON = Json.mapper();
    /// A model that poses nothing valid for this many iterations in a row will not learn to on its own: with only
    /// invalid tasks all rewards are equal and no gradient flows.
    private static final int EMPTY_ITERATIONS = 3;
    /// After a reset, the iteration of the run that was reset may still be ending under the same id.
    private static final Duration ID_TAKEN = Duration.ofSeconds(2);

    private static final int ID_TAKEN_TRIES = 30;
    /// A person can type a seed below this anywhere, JSON's numbers in a browser included.
    private static final long SEEDS = 1L << 48;
    /// Runs used to fail where they wait for the operator now.
    private static final String OPENING_WAITS = "an opening that fails waits for the operator";

    private final Operator operator = new Operator();
    private @Nullable CancellationScope work;
    private RunProgress progress = RunProgress.before("starting", 0, Optional.empty());

    @Override
    public RunProgress progress() {
        return progress;
    }

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
    public @Nullable RunReport run(@Nullable RawValue input, @Nullable RunState carried) {
        if (Boolean.TRUE.equals(Workflow.getMemo(TEMPLATE, Boolean.class))) {
            return null;
        }
        RunSettings settings = read(input);
        AtomicReference<RunReport> report = new AtomicReference<>();
        CancellationScope scope = Workflow.newCancellationScope(
                () -> report.set(selfPlay(input, settings, Optional.ofNullable(carried))));
        work = scope;
        try {
            scope.run();
        } catch (TemporalFailure e) {
            showEnd(e);
            throw operator.aborted()
                    .map(Failure.ABORTED::because)
                    .map(TemporalFailure.class::cast)
                    .orElseGet(() -> Trouble.onTop(e));
        }
        Workflow.await(Workflow::isEveryHandlerFinished);
        return report.get();
    }

    private static RunSettings read(@Nullable RawValue input) {
        requireLineageName(Workflow.getInfo().getWorkflowId());
        Payload payload = input == null ? Payload.getDefaultInstance() : input.getPayload();
        try {
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

    // ---- The run ----

    private RunReport selfPlay(@Nullable RawValue input, RunSettings settings, Optional<RunState> carried) {
        RunState state = carried.orElseGet(() -> opened(settings));
        carried.filter(RunState::paused).ifPresent(_ -> operator.pause());
        operator.at(state, false);
        if (carried.isEmpty()) {
            state = evaluated(state);
        }
        while (true) {
            state = turned(state);
            if (isDone(state)) {
                state = state.isEvaluated() ? state : evaluated(state);
                state = turned(state);
                if (isDone(state)) {
                    break;
                }
            }
            if (waitWhilePaused(state)) {
                continue;
            }
            state = iterated(state);
            state = isEvaluationDue(state) ? evaluated(state) : state;
            continueAsNewIfSuggested(input, state);
        }
        operator.close();
        show("comparing", state);
        Comparison comparison = attended("the comparison", state, this::compare, (_, _) -> Comparison.NONE);
        show("done", state);
        return new RunReport(state.run(), state.policy(), state.evaluations(), comparison);
    }

    private static boolean isDone(RunState state) {
        double hours = (Workflow.currentTimeMillis() - state.startedMillis()) / 3.6e6;
        double limit = state.course().settings().maxHours();
        return state.next() > state.lastIteration() || (limit > 0 && hours >= limit);
    }

    private static boolean isEvaluationDue(RunState state) {
        int every = state.course().settings().evaluateEvery();
        return every > 0 && state.finished() % every == 0 && !state.isEvaluated();
    }

    /// The run, opened. Input that cannot be used ends it; anything else, such as a store that is away for longer
    /// than its calls are patient, waits for the operator.
    private RunState opened(RunSettings settings) {
        long started = Workflow.currentTimeMillis();
        while (true) {
            try {
                return open(settings, started);
            } catch (ActivityFailure failure) {
                Trouble trouble = Trouble.of(failure);
                if (CancellationScope.current().isCancelRequested()
                        || trouble.isForGood()
                        || Workflow.getVersion(OPENING_WAITS, Workflow.DEFAULT_VERSION, 1)
                                == Workflow.DEFAULT_VERSION) {
                    throw failure;
                }
                Trouble named = trouble.of("the opening");
                operator.ask(named);
                showOpening(RunProgress.NEEDS_ATTENTION, settings);
                awaitDecision(named, settings, started);
                // There is nothing yet to go on without, and nothing to change: it is taken again.
                operator.takeDecision();
                showOpening("ingesting", settings);
            }
        }
    }

    private RunState open(RunSettings settings, long started) {
        progress = RunProgress.before("ingesting", settings.iterations(), Optional.empty());
        Calls calls = calls(settings);
        var reader = Workflow.newActivityStub(CorpusActivities.class, calls.ingest("ingest " + settings.corpus()));
        var questions = Workflow.newActivityStub(CorpusActivities.class, calls.ingest("read the held-out questions"));
        var checkpoints = Workflow.newActivityStub(CheckpointActivities.class, calls.quick("open the lineage"));
        var challenger =
                Workflow.newActivityStub(ChallengerActivities.class, calls.sample("pose the held-out questions"));
        String lineage = Workflow.getInfo().getWorkflowId();

        CorpusRef corpus = reader.ingest(settings);
        CheckpointActivities.StartingPoint start = checkpoints.open(settings, lineage, corpus);
        BlobRef heldOut =
                questions.readHeldOut(settings).orElseGet(() -> challenger.poseHeldOut(settings, start.base(), corpus));
        OpenedRun run = new OpenedRun(lineage, start.branch(), start.base(), start.start(), corpus, heldOut);
        return RunState.opened(new Course(settings, run, List.of(), 0, Optional.empty()), started);
    }

    private RunState iterated(RunState state) {
        show("iterating", state);
        operator.at(state, true);
        RunState next = attended("iteration %d".formatted(state.next()), state, this::iterate, this::skip);
        operator.at(next, false);
        if (next.emptyIterations() == EMPTY_ITERATIONS) {
            throw Failure.NO_VALID_TASKS.because(noValidTasks(next));
        }
        return next;
    }

    private RunState iterate(RunState state) {
        long started = Workflow.currentTimeMillis();
        Course course = state.course();
        IterationReport report = runChild(new IterationRequest(
                course.settings(), course.run(), state.next(), state.policy(), course.changes(), course.warm()));
        return state.after(report, (Workflow.currentTimeMillis() - started) / 1000.0);
    }

    private static IterationReport runChild(IterationRequest request) {
        String id = "%s/iteration-%d".formatted(Workflow.getInfo().getWorkflowId(), request.number());
        for (int tries = 1; ; tries++) {
            SelfPlayIteration iteration = Workflow.newChildWorkflowStub(
                    SelfPlayIteration.class,
                    ChildWorkflowOptions.newBuilder()
                            .setWorkflowId(id)
                            .setStaticSummary("iteration %d of %s"
                                    .formatted(request.number(), request.run().lineage()))
                            .build());
            try {
                return iteration.run(request);
            } catch (ChildWorkflowFailure e) {
                if (!(e.getCause() instanceof WorkflowExecutionAlreadyStarted) || tries == ID_TAKEN_TRIES) {
                    throw e;
                }
                Workflow.sleep(ID_TAKEN);
            }
        }
    }

    /// The policy as it is stands for the iteration.
    private RunState skip(RunState state, String reason) {
        var checkpoints = Workflow.newActivityStub(
                CheckpointActivities.class, calls(state.course().settings()).quick("skip iteration " + state.next()));
        Course course = state.course();
        CheckpointActivities.Skipped skipped = checkpoints.skip(
                new IterationRequest(
                        course.settings(), course.run(), state.next(), state.policy(), course.changes(), course.warm()),
                reason);
        return state.passedOver(
                new Course(course.settings(), skipped.run(), List.of(), course.fresh(), course.warm()),
                skipped.checkpoint());
    }

    private static String noValidTasks(RunState state) {
        RunSettings settings = state.course().settings();
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

    private RunState evaluated(RunState state) {
        show("evaluating", state);
        String what = "the evaluation of iteration %d".formatted(state.policy().iteration());
        return attended(what, state, SelfPlayRunImpl::evaluate, (unchanged, _) -> unchanged);
    }

    /// The state with its policy evaluated. The first one, the base's, also measures pass@k: what the model could
    /// do before any learning, if one only asked often enough. Without a single held-out question there is
    /// nothing to compare.
    private static RunState evaluate(RunState state) {
        RunSettings settings = state.course().settings();
        var evaluator = Workflow.newActivityStub(
                EvaluatorActivities.class,
                calls(settings).sample("evaluate iteration " + state.policy().iteration()));
        int k = state.evaluations().isEmpty() ? settings.passAt() : 0;
        Evaluation evaluation = evaluator.evaluate(
                new EvaluationRequest(settings, state.policy(), state.run().heldOut(), k));
        return evaluation.questions() == 0 ? state : state.with(evaluation);
    }

    private Comparison compare(RunState state) {
        RunSettings settings = state.course().settings();
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

    private void continueAsNewIfSuggested(@Nullable RawValue input, RunState state) {
        if (Workflow.getInfo().isContinueAsNewSuggested()) {
            Workflow.await(Workflow::isEveryHandlerFinished);
            RunState turned = turned(state);
            Workflow.newContinueAsNewStub(SelfPlayRun.class).run(input, turned.with(operator.isPaused()));
        }
    }

    // ---- What the operator asked for ----

    /// The state with the operator's changes. What has no effect on results changes nothing else; what has one
    /// opens a branch of the lineage.
    private RunState turned(RunState state) {
        RunState turned = operator.takeChange()
                .map(change -> onBranch(
                        state,
                        change.settings(),
                        change.changes(),
                        state.course().fresh()))
                .orElse(state);
        operator.at(turned, false);
        return turned;
    }

    private static RunState onBranch(RunState state, RunSettings settings, List<String> changes, int fresh) {
        Course course = state.course();
        if (SettingsIdentity.digest(settings).equals(SettingsIdentity.digest(course.settings()))) {
            return state.with(course.withSettings(settings));
        }
        var checkpoints = Workflow.newActivityStub(
                CheckpointActivities.class, calls(settings).quick("branch off before iteration " + state.next()));
        OpenedRun branch = checkpoints.turn(course.run(), settings, state.policy());
        List<String> all = new ArrayList<>(course.changes());
        changes.forEach(change -> all.add("%s from iteration %d".formatted(change, state.next())));
        return state.with(new Course(settings, branch, all, fresh, course.warm()));
    }

    /// Waits while the run is paused.
    ///
    /// @return whether it had to, so that the operator may have changed his mind about more than this
    private boolean waitWhilePaused(RunState state) {
        if (!operator.isPaused()) {
            return false;
        }
        show("paused", state);
        Workflow.await(() -> !operator.isPaused());
        return true;
    }

    /// Takes a stage of the run until it works, or the operator decides to go on without it.
    private <T> T attended(
            String what, RunState state, Function<RunState, T> stage, BiFunction<RunState, String, T> without) {
        RunState current = state;
        while (true) {
            try {
                return stage.apply(current);
            } catch (ActivityFailure | ChildWorkflowFailure failure) {
                if (CancellationScope.current().isCancelRequested()) {
                    throw failure;
                }
                String word = progress.state();
                boolean iterating = word.equals("iterating");
                operator.at(current, false);
                Decision decision = decided(what, current, Trouble.of(failure));
                current = turned(current);
                switch (decision) {
                    case Decision.Retry retry -> current = retry.fresh() ? fresh(current) : current;
                    case Decision.Skip skip -> {
                        return without.apply(current, skip.reason());
                    }
                }
                show(word, current);
                operator.at(current, iterating);
            }
        }
    }

    private Decision decided(String what, RunState state, Trouble trouble) {
        Trouble named = trouble.of(what);
        operator.ask(named);
        show(RunProgress.NEEDS_ATTENTION, state);
        awaitDecision(named, state.course().settings(), state.startedMillis());
        return operator.takeDecision();
    }

    private void awaitDecision(Trouble trouble, RunSettings settings, long startedMillis) {
        double hours = settings.attentionHours();
        if (hours == 0) {
            Workflow.await(operator::isDecided);
        } else if (!Workflow.await(untilHours(startedMillis, hours), operator::isDecided)) {
            throw Failure.UNATTENDED.because("%s (%s), and nobody decided what to do about it within %s hours"
                    .formatted(trouble.message(), trouble.name(), hours));
        }
    }

    private static Duration untilHours(long startedMillis, double hours) {
        long deadline = startedMillis + Math.round(hours * 3.6e6);
        return Duration.ofMillis(Math.max(0, deadline - Workflow.currentTimeMillis()));
    }

    /// A branch whose seeds are others from the next iteration on.
    private static RunState fresh(RunState state) {
        RunSettings settings = state.course().settings();
        int fresh = state.course().fresh() + 1;
        long seed =
                new Seed(settings.seed()).child("fresh", state.next(), fresh).value() & (SEEDS - 1);
        ObjectNode changed = JSON.valueToTree(settings);
        changed.put("seed", seed);
        return onBranch(
                state, JSON.convertValue(changed, RunSettings.class), List.of("fresh seed %d".formatted(seed)), fresh);
    }

    private void show(String word, RunState state) {
        progress = RunProgress.of(word, state, operator.trouble());
        Workflow.setCurrentDetails(CurrentDetails.markdown(progress, state));
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(state.run().lineage()),
                SpiceSearchAttributes.STATE.valueSet(word),
                failure(),
                SpiceSearchAttributes.ITERATION.valueSet((long) state.policy().iteration()),
                SpiceSearchAttributes.PASS_RATE.valueSet(
                        state.last().map(report -> report.metrics().passRate()).orElse(0.0)));
    }

    private void showOpening(String word, RunSettings settings) {
        progress = RunProgress.before(word, settings.iterations(), operator.trouble());
        Workflow.setCurrentDetails(CurrentDetails.opening(progress));
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(Workflow.getInfo().getWorkflowId()),
                SpiceSearchAttributes.STATE.valueSet(word),
                failure());
    }

    private SearchAttributeUpdate<String> failure() {
        return operator.trouble()
                .map(trouble -> SpiceSearchAttributes.FAILURE.valueSet(trouble.name()))
                .orElseGet(SpiceSearchAttributes.FAILURE::valueUnset);
    }

    /// Who looks for runs that wait for a person is not to find this one any more.
    private void showEnd(TemporalFailure end) {
        boolean aborted = operator.aborted().isPresent();
        boolean cancelled = end instanceof CanceledFailure;
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.STATE.valueSet(aborted ? "aborted" : cancelled ? "cancelled" : "failed"),
                aborted || cancelled
                        ? SpiceSearchAttributes.FAILURE.valueUnset()
                        : SpiceSearchAttributes.FAILURE.valueSet(Trouble.of(end).name()));
    }

    // ---- Updates ----

    /// A refusal says its reason; where in our code it was found out would only hide it.
    private static void allow(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            e.setStackTrace(new StackTraceElement[0]);
            throw e;
        }
    }

    @Override
    public void mayPause() {
        allow(operator::requireRunning);
    }

    @Override
    public String pause() {
        operator.pause();
        return "no iteration begins until `resume`";
    }

    @Override
    public void mayResume() {
        allow(operator::requirePaused);
    }

    @Override
    public String resume() {
        operator.resume();
        return "the run goes on";
    }

    @Override
    public void mayRetryIteration(@Nullable RawValue how) {
        allow(() -> {
            operator.requireTrouble();
            Retry retry = Retry.read(how);
            if (retry.fresh() || retry.settings().isPresent()) {
                operator.requireOpened();
            }
            retry.settings().ifPresent(operator::changed);
        });
    }

    @Override
    public String retryIteration(@Nullable RawValue how) {
        Retry retry = Retry.read(how);
        retry.settings().ifPresent(operator::change);
        operator.decide(new Decision.Retry(retry.fresh()));
        return retry.fresh() ? "it is taken again with fresh seeds" : "it is taken again";
    }

    @Override
    public void maySkipIteration(@Nullable RawValue reason) {
        allow(() -> {
            operator.requireTrouble();
            operator.requireOpened();
            OperatorInput.reason(reason);
        });
    }

    @Override
    public String skipIteration(@Nullable RawValue reason) {
        operator.decide(new Decision.Skip(OperatorInput.reason(reason)));
        return "the run goes on without it";
    }

    @Override
    public void mayAbort(@Nullable RawValue reason) {
        allow(() -> OperatorInput.reason(reason));
    }

    @Override
    public String abort(@Nullable RawValue reason) {
        String said = OperatorInput.reason(reason);
        operator.abort(said);
        if (work != null) {
            work.cancel(said);
        }
        return "the run ends; the lineage can be continued from its last checkpoint";
    }

    @Override
    public void mayStopAfterIteration(@Nullable RawValue iteration) {
        allow(() -> operator.changed(operator.stopAfter(OperatorInput.iteration(iteration))));
    }

    @Override
    public String stopAfterIteration(@Nullable RawValue iteration) {
        ObjectNode change = operator.stopAfter(OperatorInput.iteration(iteration));
        operator.change(change);
        return "the run ends after iteration %d".formatted(operator.lastIteration());
    }

    @Override
    public void maySetIterations(@Nullable RawValue iterations) {
        allow(() -> operator.changed(OperatorInput.setting("iterations", iterations)));
    }

    @Override
    public String setIterations(@Nullable RawValue iterations) {
        operator.change(OperatorInput.setting("iterations", iterations));
        return "the run ends after iteration %d".formatted(operator.lastIteration());
    }

    @Override
    public void maySetLearningRate(@Nullable RawValue learningRate) {
        allow(() -> operator.changed(OperatorInput.setting("learningRate", learningRate)));
    }

    @Override
    public String setLearningRate(@Nullable RawValue learningRate) {
        return operator.change(OperatorInput.setting("learningRate", learningRate));
    }

    @Override
    public void maySetGroupSize(@Nullable RawValue groupSize) {
        allow(() -> operator.changed(OperatorInput.setting("groupSize", groupSize)));
    }

    @Override
    public String setGroupSize(@Nullable RawValue groupSize) {
        return operator.change(OperatorInput.setting("groupSize", groupSize));
    }

    @Override
    public void mayChangeSettings(@Nullable RawValue settings) {
        allow(() -> operator.changed(OperatorInput.settings(settings)));
    }

    @Override
    public String changeSettings(@Nullable RawValue settings) {
        return operator.change(OperatorInput.settings(settings));
    }
}
