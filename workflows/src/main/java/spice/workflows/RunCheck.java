package spice.workflows;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import spice.settings.RunSettings;

/// Asks the workers whether they know the corpus, the held-out file and the launcher that a run's settings name. A
/// command asks this before it stores weights for the run, which may take hours.
@WorkflowInterface
public interface RunCheck {

    /// Fails as the run itself would, with [Failure#CORPUS_UNUSABLE], [Failure#HELD_OUT_UNUSABLE] or
    /// [Failure#LAUNCHER_UNKNOWN].
    @WorkflowMethod
    void check(RunSettings settings);
}
