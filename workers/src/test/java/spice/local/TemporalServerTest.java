package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import io.temporal.api.common.v1.Priority;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.processes.LiveProcess;
import spice.processes.ProcessPlan;
import spice.program.UserError;

/// The real server as its own process.
class TemporalServerTest {
    private static final Map<String, IndexedValueType> ATTRIBUTES = Map.of(
            "SpiceIteration", IndexedValueType.INDEXED_VALUE_TYPE_INT,
            "SpicePassRate", IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
            "SpiceTags", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST);

    @TempDir
    Path folder;

    private Optional<Process> process = Optional.empty();

    @AfterEach
    void kill() {
        process.ifPresent(p -> p.destroyForcibly().onExit().join());
    }

    @Test
    void itKeepsClosedRunsAndKnowsOurSearchAttributes() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        start(settings);

        WorkflowServiceStubs stubs = connect(settings);
        OperatorServiceStubs operator = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder()
                .setTarget(settings.temporalAddress())
                .validateAndBuildWithDefaults());
        try {
            assertThat(stubs.blockingStub()
                            .describeNamespace(DescribeNamespaceRequest.newBuilder()
                                    .setNamespace("default")
                                    .build())
                            .getConfig()
                            .getWorkflowExecutionRetentionTtl())
                    .isEqualTo(Durations.fromDays(90));
            assertThat(operator.blockingStub()
                            .listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                                    .setNamespace("default")
                                    .build())
                            .getCustomAttributesMap())
                    .containsAllEntriesOf(ATTRIBUTES);
        } finally {
            operator.shutdownNow();
            stubs.shutdownNow();
        }
    }

    @Test
    void aRunIsStillThereAfterAKill() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        start(settings);
        WorkflowServiceStubs stubs = connect(settings);
        try {
            WorkflowClient client = WorkflowClient.newInstance(stubs);
            client.newUntypedWorkflowStub(
                            "SelfPlayRun",
                            WorkflowOptions.newBuilder()
                                    .setTaskQueue("spice")
                                    .setWorkflowId("run-1")
                                    .build())
                    .start();
            kill();

            start(settings);

            assertThat(client.newUntypedWorkflowStub("run-1").describe().getStatus())
                    .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
            assertThat(client.listExecutions("WorkflowType = 'SelfPlayRun'"))
                    .extracting(run -> run.getExecution().getWorkflowId())
                    .containsExactly("run-1");
        } finally {
            stubs.shutdownNow();
        }
    }

    @Test
    void aDatabaseInUseIsOneLineWithItsUser() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        start(settings);

        assertThatThrownBy(() -> server(TestStacks.onOtherPorts(settings)).requireReady())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "temporal.db is locked",
                        "process %d".formatted(process.orElseThrow().pid()),
                        "set SPICE_HOME")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aNewerDatabaseIsOneLineWithBothVersions() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Files.createDirectories(settings.home());
        Files.createFile(settings.temporalDatabase());
        Files.writeString(settings.home().resolve("temporal.db.version"), "9.8.7");

        assertThatThrownBy(() -> server(settings).requireReady())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "was written by Temporal server 9.8.7",
                        TestStacks.binary().version().toString(),
                        "Put a newer `temporal` on the PATH")
                .hasMessageNotContaining("\n");
    }

    @Test
    void theVersionThatWroteTheDatabaseIsKept() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        start(settings);

        assertThat(settings.home().resolve("temporal.db.version"))
                .hasContent(TestStacks.binary().version().toString());
    }

    @Test
    void theImageIsConfiguredLikeTheStack() throws IOException {
        String image = Files.readString(TestStacks.ROOT.resolve("infra/temporal-server/Dockerfile"))
                .replace("\\\"", "\"");
        List<String> command =
                server(TestStacks.settings(folder.resolve("home"), false)).command();
        List<String> values = IntStream.range(1, command.size())
                .filter(i -> command.get(i - 1).equals("--dynamic-config-value"))
                .mapToObj(command::get)
                .toList();

        assertThat(values)
                .hasSize(6)
                .allSatisfy(value -> assertThat(image).contains("\"--dynamic-config-value\", \"%s\"".formatted(value)));
    }

    /// The file in the resources was written by server 1.31.2, with our settings. It holds a run whose first task
    /// waits in a queue, and a schedule.
    @Test
    void aDatabaseOf131GoesOn() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Files.createDirectories(settings.home());
        try (InputStream written = new GZIPInputStream(
                Objects.requireNonNull(TemporalServerTest.class.getResourceAsStream("temporal-1.31.2.db.gz")))) {
            Files.copy(written, settings.temporalDatabase());
        }
        Files.writeString(settings.home().resolve("temporal.db.version"), "1.31.2");

        start(settings);

        WorkflowServiceStubs stubs = connect(settings);
        try {
            WorkflowClient client = WorkflowClient.newInstance(stubs);
            assertThat(client.listExecutions("SpiceIteration = 3 AND ExecutionStatus = 'Running'"))
                    .extracting(run -> run.getExecution().getWorkflowId())
                    .containsExactly("mine");
            PollWorkflowTaskQueueResponse task = stubs.blockingStub()
                    .pollWorkflowTaskQueue(PollWorkflowTaskQueueRequest.newBuilder()
                            .setNamespace("default")
                            .setTaskQueue(TaskQueue.newBuilder().setName("nobody"))
                            .setIdentity("test")
                            .build());
            assertThat(task.getWorkflowExecution().getWorkflowId()).isEqualTo("mine");
            assertThat(task.getHistory()
                            .getEvents(0)
                            .getWorkflowExecutionStartedEventAttributes()
                            .getPriority())
                    .isEqualTo(Priority.newBuilder()
                            .setPriorityKey(3)
                            .setFairnessKey("mine")
                            .setFairnessWeight(2)
                            .build());
            ScheduleHandle nightly = ScheduleClient.newInstance(stubs).getHandle("nightly");
            assertThat(nightly.describe().getSchedule().getState().isPaused()).isTrue();
            nightly.trigger();
            assertThat(new Polling(TemporalServer.START, Duration.ofMillis(100))
                            .until(
                                    () -> client.listExecutions("WorkflowType = 'Nightly'")
                                                    .count()
                                            == 1,
                                    () -> false))
                    .isTrue();
        } finally {
            stubs.shutdownNow();
        }
        assertThat(settings.home().resolve("temporal.db.version"))
                .hasContent(TestStacks.binary().version().toString());
    }

    @Test
    void aTakenPortIsOneLineWithTheRemedy() throws IOException {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        try (ServerSocket _ = new ServerSocket(settings.temporalPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> server(settings).requireReady())
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll(
                            "port " + settings.temporalPort(), "the Temporal server", "SPICE_TEMPORAL_PORT");
        }
    }

    @Test
    void aServerThatEndsSaysItsLastWords() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Path binary = Files.writeString(
                folder.resolve("temporal"), "#!/bin/sh\necho starting\necho 'the moon is full'\nexit 3\n");
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        TemporalServer server = new TemporalServer(
                new TemporalRung.OnPath(binary, new TemporalVersion(1, 31, 2)), settings, ATTRIBUTES);

        assertThatThrownBy(() -> awaitUp(server))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("exit code 3", "starting | the moon is full", "temporal.log")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aServerThatDoesNotComeUpIsNotWaitedForForEver() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Path binary = Files.writeString(folder.resolve("temporal"), "#!/bin/sh\necho thinking\nexec sleep 600\n");
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        TemporalServer server = new TemporalServer(
                new TemporalRung.OnPath(binary, new TemporalVersion(1, 31, 2)), settings, ATTRIBUTES);
        process = Optional.of(new ProcessPlan("temporal", server.command(), Map.of(), server.log()).start());

        assertThatThrownBy(() -> server.awaitUp(LiveProcess.started(process.get()), Duration.ofSeconds(1)))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("the Temporal server did not come up within 1 s: ")
                .hasMessageContaining("temporal.log");
    }

    private void start(LocalSettings settings) throws Exception {
        TemporalServer server = server(settings);
        server.requireReady();
        awaitUp(server);
    }

    private void awaitUp(TemporalServer server) throws IOException, InterruptedException {
        process = Optional.of(new ProcessPlan("temporal", server.command(), Map.of(), server.log()).start());
        server.awaitUp(LiveProcess.started(process.get()), TemporalServer.START);
    }

    private static TemporalServer server(LocalSettings settings) {
        return new TemporalServer(TestStacks.binary(), settings, ATTRIBUTES);
    }

    private static WorkflowServiceStubs connect(LocalSettings settings) {
        return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(settings.temporalAddress())
                .build());
    }
}
