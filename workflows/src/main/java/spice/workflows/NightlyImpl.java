package spice.workflows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.VersioningBehavior;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowVersioningBehavior;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.runs.Failure;
import spice.runs.FailureSummary;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.workflows.Nightly.NightReport;

/// Starts the lineage's run and stays with it.
public final class NightlyImpl implements Nightly {
    /// The server sets it on every workflow that a schedule starts.
    private static final SearchAttributeKey<String> SCHEDULE = SearchAttributeKey.forKeyword("TemporalScheduledById");

    /// From giving up on a person to the next start: the run must end, and the schedule must see it.
    private static final Duration BEFORE_NEXT = Duration.ofHours(1);
    /// Heartbeat timeout of one question to the server.
    private static final Duration ANSWER = Duration.ofSeconds(15);
    /// Hours for "do not wait"; zero would mean for ever.
    private static final double AT_ONCE = 0.001;
    /// Versions before this one failed where this one skips the night.
    private static final String SKIPS = "a busy lineage's night is skipped";

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
    public NightReport night(@Nullable RawValue input) {
        NightlyRequest request = NightlyRequest.read(input);
        ObjectNode settings = request.settings();
        if (!settings.has("startFrom")) {
            settings.put("startFrom", "last-or-base");
        }
        if (!settings.has("attentionHours")) {
            attentionHours(request.lineage()).ifPresent(hours -> settings.put("attentionHours", hours));
        }
        try {
            RunReport report = Workflow.newUntypedChildWorkflowStub(
                            "SelfPlayRun",
                            ChildWorkflowOptions.newBuilder()
                                    .setWorkflowId(request.lineage())
                                    .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
                                    .setStaticSummary("a night of " + request.lineage())
                                    .build())
                    .execute(RunReport.class, settings);
            return new NightReport(Optional.of(report), Optional.empty());
        } catch (ChildWorkflowFailure failure) {
            if (failure.getCause() instanceof CanceledFailure) {
                throw failure;
            }
            if (failure.getCause() instanceof WorkflowExecutionAlreadyStarted) {
                return skipped(request.lineage());
            }
            throw FailureSummary.of(failure).failure("the run of %s failed".formatted(request.lineage()));
        }
    }

    /// A failure would pause the schedule, although nothing is wrong: somebody runs the lineage by hand.
    private static NightReport skipped(String lineage) {
        FailureSummary busy = new FailureSummary(
                Failure.LINEAGE_BUSY.name(),
                "lineage %s is being run already, by the workflow %s; see `spice status`. Nothing was started."
                        .formatted(lineage, lineage));
        if (Workflow.getVersion(SKIPS, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION) {
            throw Failure.LINEAGE_BUSY.because(busy.message());
        }
        Workflow.setCurrentDetails("Skipped: " + busy.message());
        Workflow.upsertTypedSearchAttributes(
                SpiceSearchAttributes.LINEAGE.valueSet(lineage),
                SpiceSearchAttributes.STATE.valueSet(NightReport.SKIPPED));
        return new NightReport(Optional.empty(), Optional.of(busy));
    }

    /// How many hours from now a failed iteration may wait for a person; empty if there is no next start.
    private static Optional<Double> attentionHours(String lineage) {
        return Optional.ofNullable(Workflow.getTypedSearchAttributes().get(SCHEDULE))
                .flatMap(schedule -> Workflow.newActivityStub(
                                ScheduleActivities.class, new Calls(ANSWER, lineage).quick("look up the next start"))
                        .nextStart(schedule))
                .map(next -> next - BEFORE_NEXT.toMillis() - Workflow.currentTimeMillis())
                .map(left -> Math.max(AT_ONCE, left / 3.6e6));
    }
}
