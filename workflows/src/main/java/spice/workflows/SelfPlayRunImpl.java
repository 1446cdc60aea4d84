package spice.workflows;

import io.temporal.common.VersioningBehavior;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import io.temporal.workflow.WorkflowVersioningBehavior;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import spice.runs.Comparison;
import spice.runs.CorpusRef;
import spice.runs.Evaluation;
import spice.runs.Failure;
import spice.runs.FailureSummary;
import spice.runs.IterationReport;
import spice.runs.OpenedRun;
import spice.runs.Phase;
import spice.runs.RunPlan;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.RunState;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.workflows.EvaluatorActivities.EvaluationRequest;

/// Opens the run, iterates, compares the last checkpoint with the first. Between iterations it applies what the
/// operator asked for; what fails waits for the operator.
///
/// A run outlives many builds: each workflow task goes to the build that is current then, which must replay what
/// older builds did.
public final class SelfPlayRunImpl extends OperatedRun {
    /// Versions before this one learned of an unknown launcher when the first iteration trained.
    private static final String TRAINER_FIRST = "an opening looks for the trainer first";

    private final RunPage page = new RunPage();
    private final Attention attention = new Attention(operator, page);

    /// Updates may arrive before the first line of [#run]: a run that continues as new knows at once where it is.
    @WorkflowInit
    public SelfPlayRunImpl(@Nullable RawValue input, @Nullable RunState carried) {
        Optional.ofNullable(carried).ifPresent(operator::goOn);
    }

    @Override
    public RunProgress progress() {
        return page.progress();
    }

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
    public @Nullable RunReport run(@Nullable RawValue input, @Nullable RunState carried) {
        if (Boolean.TRUE.equals(Workflow.getMemo(TEMPLATE, Boolean.class))) {
            return null;
        }
        RunSettings settings =
                carried == null ? RunInput.settings(input) : carried.plan().settings();
        AtomicReference<RunReport> report = new AtomicReference<>();
        try {
            runUntilAborted(() -> report.set(selfPlay(input, settings, Optional.ofNullable(carried))));
        } catch (TemporalFailure e) {
            page.showEnd(e, operator.aborted().isPresent());
            throw operator.aborted()
                    .map(Failure.ABORTED::because)
                    .map(TemporalFailure.class::cast)
                    .orElseGet(() -> FailureSummary.asWorkflowFailure(e));
        }
        Workflow.await(Workflow::isEveryHandlerFinished);
        return report.get();
    }

    private RunReport selfPlay(@Nullable RawValue input, RunSettings settings, Optional<RunState> carried) {
        RunState state = carried.orElseGet(() -> opened(settings));
        operator.reached(state, false);
        if (carried.isEmpty()) {
            state = evaluateLatest(state);
        }
        while (true) {
            state = applyChanges(state);
            if (isDone(state)) {
                LearningWatch.requireUpdate(state);
                state = state.hasEvaluation() ? state : evaluateLatest(state);
                state = applyChanges(state);
                if (isDone(state)) {
                    break;
                }
            }
            if (waitWhilePaused(state)) {
                continue;
            }
            state = runIteration(state);
            state = isEvaluationDue(state) ? evaluateLatest(state) : state;
            continueAsNewIfSuggested(input, state);
        }
        operator.close();
        show(Phase.COMPARING, state);
        Comparison comparison =
                attention.attended("the comparison", state, SelfPlayRunImpl::compare, (_, _) -> Comparison.NONE);
        show(Phase.DONE, state);
        return new RunReport(state.run(), state.policy(), state.evaluations(), comparison);
    }

    private static boolean isDone(RunState state) {
        double hours = (Workflow.currentTimeMillis() - state.startedMillis()) / 3.6e6;
        double limit = state.plan().settings().maxHours();
        return state.next() > state.lastIteration() || (limit > 0 && hours >= limit);
    }

    private static boolean isEvaluationDue(RunState state) {
        int every = state.plan().settings().evaluateEvery();
        return every > 0 && state.finished() % every == 0 && !state.hasEvaluation();
    }

    private RunState applyChanges(RunState state) {
        return Branching.applyChanges(operator, state);
    }

    private void show(Phase phase, RunState state) {
        page.show(phase, state, operator.trouble());
    }

    // ---- Opening ----

    private RunState opened(RunSettings settings) {
        long started = Workflow.currentTimeMillis();
        return attention.openPatiently(settings, started, () -> open(settings, started));
    }

    private RunState open(RunSettings settings, long started) {
        page.begin(settings);
        Calls calls = Calls.ofRun(settings);
        var reader = Workflow.newActivityStub(CorpusActivities.class, calls.ingest("ingest " + settings.corpus()));
        var questions = Workflow.newActivityStub(CorpusActivities.class, calls.ingest("read the held-out questions"));
        var checkpoints = Workflow.newActivityStub(CheckpointActivities.class, calls.quick("open the lineage"));
        var challenger =
                Workflow.newActivityStub(ChallengerActivities.class, calls.sample("pose the held-out questions"));
        String lineage = Workflow.getInfo().getWorkflowId();

        requireTrainer(settings, calls);
        CorpusRef corpus = reader.ingest(settings);
        CheckpointActivities.StartingPoint start = checkpoints.open(settings, lineage, corpus);
        BlobRef heldOut =
                questions.readHeldOut(settings).orElseGet(() -> challenger.poseHeldOut(settings, start.base(), corpus));
        OpenedRun run = new OpenedRun(lineage, start.branch(), start.base(), start.start(), corpus, heldOut);
        return RunState.opened(new RunPlan(settings, run, List.of(), 0, Optional.empty()), started);
    }

    /// Only the workers that train know launchers, and would otherwise say so after an iteration's sampling.
    private static void requireTrainer(RunSettings settings, Calls calls) {
        if (!settings.trainer().equals(RunSettings.OWN_TRAINER)
                && Workflow.getVersion(TRAINER_FIRST, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION) {
            RunCheckImpl.requireTrainer(settings, calls);
        }
    }

    // ---- Iterating ----

    private RunState runIteration(RunState state) {
        show(Phase.ITERATING, state);
        operator.reached(state, true);
        RunState next = attention.attended(
                "iteration %d".formatted(state.next()), state, SelfPlayRunImpl::iterate, SelfPlayRunImpl::skip);
        operator.reached(next, false);
        LearningWatch.requireTasks(next);
        return next;
    }

    private static RunState iterate(RunState state) {
        long started = Workflow.currentTimeMillis();
        IterationReport report = IterationChild.run(state.nextIteration());
        RunState next = state.after(report, (Workflow.currentTimeMillis() - started) / 1000.0);
        LearningWatch.requireSound(next);
        return next;
    }

    /// Commits the unchanged policy in the place of the next iteration.
    private static RunState skip(RunState state, String reason) {
        RunPlan plan = state.plan();
        var checkpoints = Workflow.newActivityStub(
                CheckpointActivities.class, Calls.ofRun(plan.settings()).quick("skip iteration " + state.next()));
        CheckpointActivities.Skipped skipped = checkpoints.skip(state.nextIteration(), reason);
        return state.passedOver(
                new RunPlan(plan.settings(), skipped.run(), List.of(), plan.fresh(), plan.warm()),
                skipped.checkpoint());
    }

    /// Waits while the run is paused.
    ///
    /// @return whether it waited: the operator may have changed more than the pause
    private boolean waitWhilePaused(RunState state) {
        if (!operator.isPaused()) {
            return false;
        }
        show(Phase.PAUSED, state);
        Workflow.await(() -> !operator.isPaused());
        return true;
    }

    private void continueAsNewIfSuggested(@Nullable RawValue input, RunState state) {
        if (!Workflow.getInfo().isContinueAsNewSuggested()) {
            return;
        }
        Workflow.await(Workflow::isEveryHandlerFinished);
        RunState carried = applyChanges(state);
        // An abort or a cancellation that arrives together with the last step's result would end with this run alone.
        CancellationScope.throwCanceled();
        Workflow.newContinueAsNewStub(SelfPlayRun.class).run(input, carried.with(operator.isPaused()));
    }

    // ---- Measuring ----

    private RunState evaluateLatest(RunState state) {
        show(Phase.EVALUATING, state);
        return attention.attended(
                "the evaluation of iteration %d".formatted(state.policy().iteration()),
                state,
                SelfPlayRunImpl::evaluate,
                (unchanged, _) -> unchanged);
    }

    /// The state with its policy evaluated. The first evaluation, the base's, also measures pass@k: what the model
    /// could do before any learning, if one only asked often enough. Without a single held-out question there is
    /// nothing to compare.
    private static RunState evaluate(RunState state) {
        RunSettings settings = state.plan().settings();
        var evaluator = Workflow.newActivityStub(
                EvaluatorActivities.class,
                Calls.ofRun(settings)
                        .sample("evaluate iteration " + state.policy().iteration()));
        int k = state.evaluations().isEmpty() ? settings.passAt() : 0;
        Evaluation evaluation = evaluator.evaluate(
                new EvaluationRequest(settings, state.policy(), state.run().heldOut(), k));
        return evaluation.questions() == 0 ? state : state.with(evaluation);
    }

    private static Comparison compare(RunState state) {
        RunSettings settings = state.plan().settings();
        Calls calls = Calls.ofRun(settings);
        var evaluator = Workflow.newActivityStub(EvaluatorActivities.class, calls.sample("cross first and last"));
        var judge = Workflow.newActivityStub(JudgeActivities.class, calls.quick("compare first and last"));
        Optional<Comparison.CoEvolution> coEvolution = settings.coEvolutionDocuments() == 0
                ? Optional.empty()
                : evaluator.coEvolve(settings, state.run(), state.policy());
        List<Evaluation> evaluations = state.evaluations();
        return judge.compare(
                evaluations.stream().findFirst(), evaluations.stream().reduce((first, last) -> last), coEvolution);
    }
}
