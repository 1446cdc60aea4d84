package spice.temporal;

import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.common.SearchAttributeKey;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.report.LiveReport;
import spice.report.Standing;
import spice.runs.FailureSummary;
import spice.runs.Payloads;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.tracking.MlflowStatus;

/// Asks Temporal how runs stand: in one line for `spice status`, in figures for the report, as a status for MLflow.
///
/// @param ui address of Temporal's Web UI, if it is known
public record RunStanding(TemporalConnection temporal, Optional<URI> ui) implements LiveReport.Temporal {
    /// Completed workflows are left out: they are templates, or runs of another store.
    private static final String UNFINISHED =
            "WorkflowType = 'SelfPlayRun' AND ExecutionStatus IN ('Running', 'Failed', 'Canceled', 'Terminated',"
                    + " 'TimedOut')";

    /// Most runs to list that have left nothing in the store.
    private static final int MOST = 50;

    /// What a run does, or how it ended, with the reason if it failed or waits for a person.
    public String line(String run) {
        return described(run)
                .map(info -> switch (info.getStatus()) {
                    case WORKFLOW_EXECUTION_STATUS_RUNNING -> doing(run, info);
                    case WORKFLOW_EXECUTION_STATUS_FAILED ->
                        "failed: " + failure(run).map(FailureSummary::line).orElse("it was started again since");
                    default -> word(info.getStatus());
                })
                .orElse("not known to Temporal any more");
    }

    /// Runs that have left nothing in the store, since they are just beginning or failed at once; the newest first.
    ///
    /// @param stored lineages that are in the store
    public List<String> unstored(List<String> stored) {
        try (Stream<WorkflowExecutionMetadata> all = temporal.client().listExecutions(UNFINISHED)) {
            return all.map(run -> run.getExecution().getWorkflowId())
                    .filter(run -> !stored.contains(run))
                    .distinct()
                    .limit(MOST)
                    .toList();
        }
    }

    @Override
    public Optional<Standing> standing(String lineage) {
        return described(lineage).flatMap(info -> switch (info.getStatus()) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING ->
                progress(lineage).map(progress -> Standing.of(progress, steps(lineage)));
            case WORKFLOW_EXECUTION_STATUS_FAILED ->
                Optional.of(Standing.ended("failed", failure(lineage).map(FailureSummary::toString)));
            default -> Optional.of(Standing.ended(word(info.getStatus()), Optional.empty()));
        });
    }

    /// Empty if Temporal does not know the run any more, or does not answer.
    public Optional<MlflowStatus> mlflow(String lineage) {
        return described(lineage).flatMap(info -> switch (info.getStatus()) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING,
                    WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
                    WORKFLOW_EXECUTION_STATUS_PAUSED -> Optional.of(MlflowStatus.RUNNING);
            case WORKFLOW_EXECUTION_STATUS_COMPLETED -> Optional.of(MlflowStatus.FINISHED);
            case WORKFLOW_EXECUTION_STATUS_FAILED, WORKFLOW_EXECUTION_STATUS_TIMED_OUT ->
                Optional.of(MlflowStatus.FAILED);
            case WORKFLOW_EXECUTION_STATUS_CANCELED, WORKFLOW_EXECUTION_STATUS_TERMINATED ->
                Optional.of(MlflowStatus.KILLED);
            case WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        });
    }

    @Override
    public Optional<String> page(String run) {
        return ui.map(address -> "%s/namespaces/%s/workflows/%s".formatted(address, temporal.namespace(), run));
    }

    /// Empty if Temporal does not know the run any more, or does not answer.
    private Optional<WorkflowExecutionInfo> described(String run) {
        try {
            return Optional.of(temporal.describe(run).getWorkflowExecutionInfo());
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    /// A status in lower case, such as `timed_out`.
    static String word(WorkflowExecutionStatus status) {
        return status.name().replace("WORKFLOW_EXECUTION_STATUS_", "").toLowerCase(Locale.ROOT);
    }

    private String doing(String run, WorkflowExecutionInfo info) {
        Optional<String> failure = attribute(info, SpiceSearchAttributes.FAILURE);
        return Stream.of(
                        Optional.of(attribute(info, SpiceSearchAttributes.STATE).orElse("starting")),
                        failure.map(name -> progress(run)
                                .flatMap(RunProgress::trouble)
                                .map(FailureSummary::line)
                                .orElse(name)))
                .flatMap(Optional::stream)
                .reduce("%s: %s"::formatted)
                .map(said -> failure.isPresent()
                        ? said
                        : Stream.concat(Stream.of(said), steps(run).stream()).collect(Collectors.joining(", ")))
                .orElseThrow();
    }

    /// What the run works on, in words.
    private Optional<String> steps(String run) {
        return Optional.of(StepsUnderWay.inWords(StepsUnderWay.of(temporal, run)))
                .filter(words -> !words.isEmpty());
    }

    private static Optional<String> attribute(WorkflowExecutionInfo info, SearchAttributeKey<String> key) {
        return Optional.ofNullable(
                        info.getSearchAttributes().getIndexedFieldsMap().get(key.getName()))
                .map(payload -> Payloads.converter().fromPayload(payload, String.class, String.class));
    }

    /// Empty while no worker answers.
    private Optional<RunProgress> progress(String run) {
        try {
            return Optional.of(temporal.client().newUntypedWorkflowStub(run).query("progress", RunProgress.class));
        } catch (WorkflowException | StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    /// Why a run failed; empty if it was started again since.
    private Optional<FailureSummary> failure(String run) {
        try {
            temporal.client().newUntypedWorkflowStub(run).getResult(1, TimeUnit.SECONDS, RunReport.class);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (WorkflowException e) {
            return Optional.of(FailureSummary.of(e));
        }
    }
}
