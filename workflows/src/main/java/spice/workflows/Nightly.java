package spice.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.temporal.common.converter.RawValue;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.runs.FailureSummary;
import spice.runs.RunReport;

/// One night of continued self-play, which a schedule starts. It starts a [SelfPlayRun] under the lineage's name
/// and waits until the run ends, so that the schedule's overlap policy and its pause on failure act on the run.
@WorkflowInterface
public interface Nightly {

    /// Continues the lineage from its last checkpoint, with the documents that are there tonight.
    ///
    /// If a run started by hand is under way, the night is skipped, which is no failure: the next night may find
    /// the lineage free. If the run fails, the night fails with the same failure.
    ///
    /// @param input `{"lineage": "mine", "settings": {"iterations": 20}}`. Missing settings come from the preset,
    ///     except `startFrom` (last-or-base) and `attentionHours` (until an hour before the schedule's next
    ///     start)
    @WorkflowMethod
    NightReport night(@Nullable RawValue input);

    /// How a night ended: exactly one of both.
    ///
    /// @param run how its run ended
    /// @param skipped why there was no run
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record NightReport(Optional<RunReport> run, Optional<FailureSummary> skipped) {
        /// Search attribute: the state of a skipped night.
        public static final String SKIPPED = "skipped";
    }
}
