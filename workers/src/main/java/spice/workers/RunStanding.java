package spice.workers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowStub;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import spice.report.LiveRun;
import spice.report.Standing;
import spice.workflows.RunProgress;
import spice.workflows.RunReport;
import spice.workflows.Trouble;

/// How runs stand, asked of Temporal.
///
/// @param ui address of its Web UI, if it is known
record RunStanding(TemporalConnection temporal, Optional<URI> ui) implements LiveRun.Temporal {

    @Override
    public Optional<Standing> standing(String lineage) {
        WorkflowStub run = temporal.client().newUntypedWorkflowStub(lineage);
        try {
            WorkflowExecutionStatus status = run.describe().getStatus();
            return switch (status) {
                case WORKFLOW_EXECUTION_STATUS_RUNNING ->
                    Optional.of(Standing.of(run.query("progress", RunProgress.class)));
                case WORKFLOW_EXECUTION_STATUS_FAILED -> Optional.of(Standing.ended("failed", trouble(run)));
                default ->
                    Optional.of(Standing.ended(
                            status.name()
                                    .replace("WORKFLOW_EXECUTION_STATUS_", "")
                                    .toLowerCase(Locale.ROOT),
                            Optional.empty()));
            };
        } catch (WorkflowException | StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> trouble(WorkflowStub run) {
        try {
            run.getResult(1, TimeUnit.SECONDS, RunReport.class);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (WorkflowException e) {
            return Optional.of(Trouble.of(e).toString());
        }
    }

    @Override
    public Optional<String> page(String lineage) {
        return ui.map(
                address -> RunPages.page(address, temporal.client().getOptions().getNamespace(), lineage));
    }
}
