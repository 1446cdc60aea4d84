package spice.ui;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.StartChildWorkflowExecutionInitiatedEventAttributes;
import io.temporal.api.schedule.v1.Schedule;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.DescribeScheduleResponse;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.commons.io.FileUtils;
import org.jspecify.annotations.Nullable;
import spice.cli.ScriptedWorkers;
import spice.local.TestTemporal;
import spice.runs.Payloads;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.workflows.ScriptedActivities;
import spice.workflows.TaskQueues;

/// The real Temporal server and the real workflows; only the activities are scripted, so that a run takes seconds.
public final class ScriptedStack implements AutoCloseable {
    /// Events after which a run continues as new: two iterations stay below, half a dozen do not.
    private static final int EVENTS = 100;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static @Nullable ScriptedStack shared;

    public final ScriptedActivities activities = new ScriptedActivities();
    public final WorkflowClient client;
    private final TestTemporal temporal;
    private final WorkflowServiceStubs stubs;
    private final WorkerFactory factory;
    private volatile CountDownLatch held = new CountDownLatch(1);

    private ScriptedStack(TestTemporal temporal) {
        this.temporal = temporal;
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .setIdentity("scripted")
                        .build());
        factory = ScriptedWorkers.start(client, activities);
    }

    /// The stack of this JVM, started on first use and closed with the JVM. Classes that share it must use names
    /// for their runs that no other class uses.
    static synchronized ScriptedStack shared() throws IOException, InterruptedException {
        if (shared == null) {
            Path folder = Files.createTempDirectory("spice-ui");
            ScriptedStack started = start(folder);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                started.close();
                FileUtils.deleteQuietly(folder.toFile());
            }));
            shared = started;
        }
        return shared;
    }

    /// Starts a stack with the server's files in this folder.
    public static ScriptedStack start(Path folder) throws IOException, InterruptedException {
        return new ScriptedStack(TestTemporal.start(
                folder,
                SpiceSearchAttributes.ALL,
                List.of("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=" + EVENTS)));
    }

    /// Holds every training step from now on until [#repair].
    public void holdTraining() {
        CountDownLatch release = held;
        activities.whileTraining = _ -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    /// Makes the training of one iteration of a run fail until [#repair].
    public void breakTraining(String run, int number) {
        activities.isBroken = iteration -> iteration.run().lineage().equals(run) && iteration.number() == number;
    }

    /// Releases what a test has held and repairs what it has broken.
    public void repair() {
        activities.isBroken = _ -> false;
        activities.whileTraining = _ -> {};
        held.countDown();
        held = new CountDownLatch(1);
    }

    /// Address of the server.
    public String address() {
        return temporal.address();
    }

    URI ui() {
        return temporal.ui();
    }

    ScheduleClient schedules() {
        return ScheduleClient.newInstance(
                stubs,
                ScheduleClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    /// A schedule as the server describes it: the SDK cannot read one with a summary and without details.
    Schedule schedule(String id) {
        return describeSchedule(id).getSchedule();
    }

    private DescribeScheduleResponse describeSchedule(String id) {
        return stubs.blockingStub()
                .describeSchedule(DescribeScheduleRequest.newBuilder()
                        .setNamespace("default")
                        .setScheduleId(id)
                        .build());
    }

    /// The last workflow that a schedule has started.
    WorkflowExecution lastStart(String schedule) throws InterruptedException {
        awaitThat(
                "a start of " + schedule,
                () -> describeSchedule(schedule).getInfo().getRecentActionsCount() > 0);
        return describeSchedule(schedule)
                .getInfo()
                .getRecentActionsList()
                .getLast()
                .getStartWorkflowResult();
    }

    /// Waits until a workflow waits for a worker to do this step.
    void awaitPending(String workflow, String step) throws InterruptedException {
        awaitChild(workflow);
        awaitThat(
                step + " of " + workflow,
                () -> stubs
                        .blockingStub()
                        .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                                .setNamespace("default")
                                .setExecution(newest(workflow))
                                .build())
                        .getPendingActivitiesList()
                        .stream()
                        .anyMatch(pending -> pending.getActivityType().getName().equals(step)));
    }

    private static void awaitThat(String what, BooleanSupplier isSo) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.sleep(50);
        }
    }

    /// Starts a run.
    public WorkflowStub start(String run, Map<String, Object> settings) {
        WorkflowStub stub = client.newUntypedWorkflowStub(
                "SelfPlayRun",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.RUNS)
                        .setWorkflowId(run)
                        .build());
        stub.start(settings);
        return stub;
    }

    /// The workflow task in which the run began an iteration.
    ///
    /// @param execution without a run id: the newest run
    long taskThatBegan(WorkflowExecution execution, int number) {
        String child = "%s/iteration-%d".formatted(execution.getWorkflowId(), number);
        return client.fetchHistory(execution.getWorkflowId(), execution.getRunId()).getEvents().stream()
                .filter(HistoryEvent::hasStartChildWorkflowExecutionInitiatedEventAttributes)
                .map(HistoryEvent::getStartChildWorkflowExecutionInitiatedEventAttributes)
                .filter(event -> event.getWorkflowId().equals(child))
                .mapToLong(StartChildWorkflowExecutionInitiatedEventAttributes::getWorkflowTaskCompletedEventId)
                .findFirst()
                .orElseThrow();
    }

    /// The last workflow task that the run has completed.
    long lastTask(String run) {
        return client.fetchHistory(run).getEvents().stream()
                .filter(HistoryEvent::hasWorkflowTaskCompletedEventAttributes)
                .mapToLong(HistoryEvent::getEventId)
                .max()
                .orElseThrow();
    }

    void reset(WorkflowExecution execution, long task) {
        var _ = stubs.blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setWorkflowExecution(execution)
                        .setWorkflowTaskFinishEventId(task)
                        .setRequestId(UUID.randomUUID().toString())
                        .setReason("test")
                        .build());
    }

    WorkflowExecution newest(String run) {
        return client.newUntypedWorkflowStub(run).describe().getExecution();
    }

    /// Waits until a child has begun.
    void awaitChild(String child) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                newest(child);
                return;
            } catch (WorkflowNotFoundException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    /// Waits for the end of the run.
    public RunReport result(String run) {
        return client.newUntypedWorkflowStub(run).getResult(RunReport.class);
    }

    /// Waits until the run reports this state.
    public RunProgress await(String run, String state) throws InterruptedException {
        return await(run, progress -> progress.state().equals(state));
    }

    /// Waits until the run reports progress that satisfies this.
    public RunProgress await(String run, Predicate<RunProgress> isSo) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            RunProgress progress = client.newUntypedWorkflowStub(run).query("progress", RunProgress.class);
            if (isSo.test(progress)) {
                return progress;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the run %s is at %s".formatted(run, progress));
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        factory.shutdownNow();
        stubs.shutdownNow();
        temporal.close();
    }
}
