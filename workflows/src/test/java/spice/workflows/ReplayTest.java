package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs that older versions have begun go on with this one: each recorded history replays. One that does not says
/// that a workflow's code has changed under runs that are on their way: that needs `Workflow.getVersion`.
class ReplayTest {
    private static final Path HISTORIES = Path.of("src", "test", "resources", "histories");

    /// On a busy machine a first step may take longer than the second after which the SDK takes it for stuck.
    private static final long PATIENCE_MILLIS = 60_000;

    static List<Path> histories() throws IOException {
        try (Stream<Path> files = Files.list(HISTORIES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("histories")
    void itReplays(Path history) throws Exception {
        WorkflowExecutionHistory recorded = WorkflowExecutionHistory.fromJson(Files.readString(history));
        try (TestWorkflowEnvironment environment =
                TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                        .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                                .setDataConverter(Payloads.converter())
                                .build())
                        .build())) {
            Worker worker = environment.newWorker(
                    "replay",
                    WorkerOptions.newBuilder()
                            .setDefaultDeadlockDetectionTimeout(PATIENCE_MILLIS)
                            .build());
            worker.registerWorkflowImplementationTypes(
                    SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
            WorkflowReplayer.replayWorkflowExecution(recorded, worker);
        }
    }

    @Test
    void everyScenarioIsRecorded() throws IOException {
        assertThat(histories())
                .extracting(history -> history.getFileName().toString().replaceFirst("-v[0-9.]+\\.json$", ""))
                .contains(
                        "SelfPlayRun-plain",
                        "SelfPlayRun-retry",
                        "SelfPlayRun-skip",
                        "SelfPlayRun-abort",
                        "SelfPlayRun-pause",
                        "SelfPlayRun-settings",
                        "SelfPlayRun-fork",
                        "SelfPlayRun-continue-as-new",
                        "SelfPlayRun-continued",
                        "SelfPlayRun-reset",
                        "SelfPlayRun-nightly",
                        "SelfPlayRun-unattended",
                        "SelfPlayRun-cancel",
                        "SelfPlayRun-scheduled",
                        "SelfPlayRun-opening-retried",
                        "SelfPlayIteration-plain",
                        "SelfPlayIteration-retry",
                        "SelfPlayIteration-cancel",
                        "SelfPlayIteration-warm-worker-gone",
                        "Nightly-nightly",
                        "Nightly-scheduled",
                        "Nightly-skipped");
    }
}
