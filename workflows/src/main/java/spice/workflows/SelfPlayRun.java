package spice.workflows;

import io.temporal.common.converter.RawValue;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/// A run of self-play: iterations until the settings are met.
@WorkflowInterface
public interface SelfPlayRun {

    /// Iterates until the settings are met, and says what it was worth.
    ///
    /// @param input the run's settings as one JSON object, in whatever form the person sent it: a typed argument
    ///     that does not decode would make the workflow task fail for ever. None and `{}` both mean the nano
    ///     preset.
    /// @param carried null at the start; what a run hands to itself when it continues as new
    @WorkflowMethod
    RunReport run(@Nullable RawValue input, @Nullable RunState carried);

    @QueryMethod(description = "How far the run is: iteration, pass rate, time left, held-out accuracy so far")
    RunProgress progress();
}
