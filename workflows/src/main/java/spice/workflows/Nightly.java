package spice.workflows;

import io.temporal.common.converter.RawValue;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/// One night of continued self-play: what a schedule starts. It starts a [SelfPlayRun] under the lineage's name and
/// stays until that has ended, so that the schedule's overlap policy and its pause on failure act on the run.
@WorkflowInterface
public interface Nightly {

    /// Continues the lineage from its last checkpoint, with the documents that are there tonight.
    ///
    /// If the lineage is being run already, by hand, nothing is started and nothing has failed: the next night may
    /// find it free. Fails with what the run failed of.
    ///
    /// @param input `{"lineage": "mine", "settings": {"iterations": 20}}`. Settings that are left out are the
    ///     preset's, but for `startFrom` (last-or-base) and `attentionHours` (until an hour before the schedule's
    ///     next start)
    @WorkflowMethod
    NightReport night(@Nullable RawValue input);
}
