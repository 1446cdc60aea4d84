package spice.workers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.activities.Checkpoints;
import spice.activities.RunRecord;
import spice.local.LocalSettings;
import spice.local.UserError;
import spice.store.Json;
import spice.store.s3.S3BlobStore;
import spice.workflows.Payloads;
import spice.workflows.RunReport;
import spice.workflows.SpiceSearchAttributes;
import spice.workflows.Trouble;

/// `spice status`: the lineages in the store. What Temporal knows of their runs is added where it still knows it.
@Command(
        name = "status",
        description = "List the lineages in the store with their last checkpoints, and the state of their runs.",
        footer = {"", "Example: spice status --json"})
final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Option(names = "--json", description = "One JSON object a line for each run; see docs/operating.md.")
    private boolean json;

    @Override
    public Integer call() {
        try (S3BlobStore store =
                S3BlobStore.open(LocalSettings.from(System.getenv()).s3())) {
            Checkpoints checkpoints = new Checkpoints(store);
            List<String> lineages = checkpoints.lineages();
            if (lineages.isEmpty() && !json) {
                System.out.println("no runs yet; start one with `spice demo` or `spice run`");
            }
            Optional<TemporalConnection> temporal = temporal();
            for (String lineage : lineages) {
                RunRecord run = checkpoints.runs(lineage).getLast();
                StatusLine line = StatusLine.of(
                        checkpoints,
                        run,
                        temporal.map(known -> state(known, run)).orElse("Temporal not reachable"));
                System.out.println(json ? new String(Json.bytes(line), StandardCharsets.UTF_8) : line);
            }
            temporal.ifPresent(connection -> {
                if (!json) {
                    ScheduleLine.all(connection).forEach(System.out::println);
                }
                connection.close();
            });
        }
        return ExitCode.OK;
    }

    private static Optional<TemporalConnection> temporal() {
        try {
            return Optional.of(TemporalConnection.open("spice status", PATIENCE));
        } catch (UserError e) {
            return Optional.empty();
        }
    }

    private static String state(TemporalConnection temporal, RunRecord run) {
        try {
            WorkflowExecutionInfo info = temporal.stubs()
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(temporal.client().getOptions().getNamespace())
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(run.workflow()))
                            .build())
                    .getWorkflowExecutionInfo();
            return switch (info.getStatus()) {
                case WORKFLOW_EXECUTION_STATUS_RUNNING -> doing(info);
                case WORKFLOW_EXECUTION_STATUS_FAILED -> "failed: " + failure(temporal, run);
                default ->
                    info.getStatus()
                            .name()
                            .replace("WORKFLOW_EXECUTION_STATUS_", "")
                            .toLowerCase(Locale.ROOT);
            };
        } catch (StatusRuntimeException e) {
            return "not known to Temporal any more";
        }
    }

    /// What the run says that it does, and of what it failed if it waits for a person.
    private static String doing(WorkflowExecutionInfo info) {
        return Stream.of(SpiceSearchAttributes.STATE, SpiceSearchAttributes.FAILURE)
                .map(key -> info.getSearchAttributes().getIndexedFieldsMap().get(key.getName()))
                .filter(Objects::nonNull)
                .map(payload -> Payloads.converter().fromPayload(payload, String.class, String.class))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(": "));
    }

    private static String failure(TemporalConnection temporal, RunRecord run) {
        try {
            temporal.client().newUntypedWorkflowStub(run.workflow()).getResult(1, TimeUnit.SECONDS, RunReport.class);
            return "it was started again since";
        } catch (TimeoutException e) {
            return "it was started again since";
        } catch (WorkflowException e) {
            return Trouble.of(e).toString();
        }
    }
}
