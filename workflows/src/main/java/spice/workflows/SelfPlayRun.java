package spice.workflows;

import io.temporal.common.converter.RawValue;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.RunState;

/// A run of self-play: iterates until the settings are met. The workflow's id is the lineage's name, so a lineage
/// has one head.
///
/// Every update takes at most one JSON value, as the Web UI's form sends it, and answers what will happen and
/// from when. An update that cannot be done is refused with the reason and leaves no trace in the history.
@WorkflowInterface
public interface SelfPlayRun {
    /// Key of the memo that makes a workflow a template: it does no work and shows an input to start from.
    String TEMPLATE = "spice-template";

    /// Iterates until the settings are met, and reports the gains.
    ///
    /// @param input the run's settings as one JSON object, unparsed: a typed argument that does not decode would
    ///     make the workflow task fail for ever. None and `{}` both mean the nano preset.
    /// @param carried what a run hands to itself when it continues as new; null at the start
    /// @return null for a template
    @WorkflowMethod
    @Nullable
    RunReport run(@Nullable RawValue input, @Nullable RunState carried);

    @QueryMethod(description = "How far the run is: iteration, pass rate, time left, held-out accuracy so far")
    RunProgress progress();

    @UpdateMethod(description = "Begin no further iteration until resume; the one under way goes on. No input.")
    String pause();

    @UpdateValidatorMethod(updateName = "pause")
    void mayPause();

    @UpdateMethod(description = "Go on after pause. No input.")
    String resume();

    @UpdateValidatorMethod(updateName = "resume")
    void mayResume();

    @UpdateMethod(
            description = "Take what failed again. No input, or {\"fresh\": true} for other seeds (a failure that "
                    + "follows from its inputs comes back without), or {\"settings\": {\"learningRate\": 1e-4}}.")
    String retryIteration(@Nullable RawValue how);

    @UpdateValidatorMethod(updateName = "retryIteration")
    void mayRetryIteration(@Nullable RawValue how);

    @UpdateMethod(description = "Go on without what failed. Input: the reason in quotes, or none.")
    String skipIteration(@Nullable RawValue reason);

    @UpdateValidatorMethod(updateName = "skipIteration")
    void maySkipIteration(@Nullable RawValue reason);

    @UpdateMethod(
            description = "End the run at once as failed; what is committed stays, and the lineage can be continued. "
                    + "Input: the reason in quotes, or none.")
    String abort(@Nullable RawValue reason);

    @UpdateValidatorMethod(updateName = "abort")
    void mayAbort(@Nullable RawValue reason);

    @UpdateMethod(
            description = "End after this iteration of the lineage. Input: its number, or none for the next "
                    + "one to finish.")
    String stopAfterIteration(@Nullable RawValue iteration);

    @UpdateValidatorMethod(updateName = "stopAfterIteration")
    void mayStopAfterIteration(@Nullable RawValue iteration);

    @UpdateMethod(description = "How many iterations this run does in all. Input: a number.")
    String setIterations(@Nullable RawValue iterations);

    @UpdateValidatorMethod(updateName = "setIterations")
    void maySetIterations(@Nullable RawValue iterations);

    @UpdateMethod(description = "The learning rate from the next iteration on, on a new branch. Input: a number.")
    String setLearningRate(@Nullable RawValue learningRate);

    @UpdateValidatorMethod(updateName = "setLearningRate")
    void maySetLearningRate(@Nullable RawValue learningRate);

    @UpdateMethod(
            description = "Tasks kept of a document, the paper's G, from the next iteration on, on a new branch. "
                    + "Input: a number.")
    String setGroupSize(@Nullable RawValue groupSize);

    @UpdateValidatorMethod(updateName = "setGroupSize")
    void maySetGroupSize(@Nullable RawValue groupSize);

    @UpdateMethod(
            description = "Any settings from the next iteration on, on a new branch if they have an effect. "
                    + "Input: an object such as {\"temperature\": 0.9, \"heartbeatSeconds\": 60}.")
    String changeSettings(@Nullable RawValue settings);

    @UpdateValidatorMethod(updateName = "changeSettings")
    void mayChangeSettings(@Nullable RawValue settings);
}
