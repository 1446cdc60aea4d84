package spice.workflows;

import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import spice.operating.Decision;
import spice.operating.Operator;
import spice.runs.Failure;
import spice.runs.FailureSummary;
import spice.runs.Phase;
import spice.runs.RunState;
import spice.settings.RunSettings;

/// Waiting for a person: what fails is shown on the run's page, and the run goes on as the operator decides.
final class Attention {
    /// Versions before this one failed where this one waits for the operator.
    private static final String OPENING_WAITS = "an opening that fails waits for the operator";

    private final Operator operator;
    private final RunPage page;

    Attention(Operator operator, RunPage page) {
        this.operator = operator;
        this.page = page;
    }

    /// Opens the run. Input that cannot be used ends it; any other failure, such as a store that is away for longer
    /// than its calls are patient, waits for the operator, who can only have it opened again.
    ///
    /// @param startedMillis when the run was started, in milliseconds since 1970
    RunState openPatiently(RunSettings settings, long startedMillis, Supplier<RunState> open) {
        while (true) {
            try {
                return open.get();
            } catch (ActivityFailure failure) {
                FailureSummary summary = FailureSummary.of(failure);
                if (CancellationScope.current().isCancelRequested()
                        || summary.failsAgain()
                        || Workflow.getVersion(OPENING_WAITS, Workflow.DEFAULT_VERSION, 1)
                                == Workflow.DEFAULT_VERSION) {
                    throw failure;
                }
                FailureSummary named = summary.of("the opening");
                operator.askFor(named);
                page.showOpening(Phase.NEEDS_ATTENTION, settings, operator.trouble());
                awaitDecision(named, settings, startedMillis);
                operator.takeDecision();
                page.showOpening(Phase.INGESTING, settings, operator.trouble());
            }
        }
    }

    /// Runs a stage until it works, or until the operator decides to go on without it. A stage that throws an
    /// [ApplicationFailure] of its own has found that it must not go on without the operator.
    ///
    /// @param what the stage is called on the run's page
    /// @param without gives the result in the stage's place, from the state and the operator's reason
    <T> T attended(String what, RunState state, Function<RunState, T> stage, BiFunction<RunState, String, T> without) {
        RunState current = state;
        while (true) {
            try {
                return stage.apply(current);
            } catch (ActivityFailure | ChildWorkflowFailure | ApplicationFailure failure) {
                if (CancellationScope.current().isCancelRequested()) {
                    throw failure;
                }
                Phase phase = page.phase();
                operator.reached(current, false);
                Decision decision = decided(FailureSummary.of(failure).of(what), current);
                current = Branching.applyChanges(operator, current);
                switch (decision) {
                    case Decision.Retry retry -> current = retry.fresh() ? Branching.withFreshSeeds(current) : current;
                    case Decision.Skip skip -> {
                        return without.apply(current, skip.reason());
                    }
                }
                page.show(phase, current, operator.trouble());
                operator.reached(current, phase == Phase.ITERATING);
            }
        }
    }

    private Decision decided(FailureSummary failure, RunState state) {
        operator.askFor(failure);
        page.show(Phase.NEEDS_ATTENTION, state, operator.trouble());
        awaitDecision(failure, state.plan().settings(), state.startedMillis());
        return operator.takeDecision();
    }

    private void awaitDecision(FailureSummary failure, RunSettings settings, long startedMillis) {
        double hours = settings.attentionHours();
        if (hours == 0) {
            Workflow.await(operator::isDecided);
        } else if (!Workflow.await(untilHours(startedMillis, hours), operator::isDecided)) {
            throw Failure.UNATTENDED.because("%s (%s), and nobody decided what to do about it within %s hours"
                    .formatted(failure.message(), failure.name(), hours));
        }
    }

    private static Duration untilHours(long startedMillis, double hours) {
        long deadline = startedMillis + Math.round(hours * 3.6e6);
        return Duration.ofMillis(Math.max(0, deadline - Workflow.currentTimeMillis()));
    }
}
