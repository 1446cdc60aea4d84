package spice.workflows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.common.converter.RawValue;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import org.jspecify.annotations.Nullable;
import spice.operating.Decision;
import spice.operating.Operator;
import spice.operating.OperatorInput;
import spice.operating.RetryRequest;

/// The operator's updates of a run. Each is checked before it is accepted, and the run applies it at its next safe
/// point; only `abort` acts at once.
abstract class OperatedRun implements SelfPlayRun {
    final Operator operator = new Operator();
    private @Nullable CancellationScope work;

    /// Runs the work in a scope that `abort` cancels.
    final void runUntilAborted(Runnable selfPlay) {
        CancellationScope scope = Workflow.newCancellationScope(selfPlay);
        work = scope;
        scope.run();
    }

    /// A refusal shows its reason alone: the stack trace would hide it.
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
            RetryRequest retry = RetryRequest.read(how);
            if (retry.fresh() || retry.settings().isPresent()) {
                operator.requireOpened();
            }
            retry.settings().ifPresent(operator::changed);
        });
    }

    @Override
    public String retryIteration(@Nullable RawValue how) {
        RetryRequest retry = RetryRequest.read(how);
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
