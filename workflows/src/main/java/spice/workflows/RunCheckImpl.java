package spice.workflows;

import io.temporal.common.VersioningBehavior;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowVersioningBehavior;
import spice.runs.FailureSummary;
import spice.settings.RunSettings;

/// Asks a worker of each kind, in turn.
public final class RunCheckImpl implements RunCheck {
    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
    public void check(RunSettings settings) {
        Calls calls = Calls.ofRun(settings);
        try {
            Workflow.newActivityStub(CorpusActivities.class, calls.quick("look for corpus " + settings.corpus()))
                    .requireCorpus(settings);
            if (!settings.trainer().equals(RunSettings.OWN_TRAINER)) {
                requireTrainer(settings, calls);
            }
        } catch (ActivityFailure e) {
            throw FailureSummary.asWorkflowFailure(e);
        }
    }

    /// Only the workers that train know launchers.
    static void requireTrainer(RunSettings settings, Calls calls) {
        Workflow.newActivityStub(TrainerActivities.class, calls.train("look for launcher " + settings.trainer()))
                .requireTrainer(settings);
    }
}
