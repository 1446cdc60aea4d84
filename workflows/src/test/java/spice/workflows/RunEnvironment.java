package spice.workflows;

import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import spice.runs.Payloads;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;

/// Our workflows with scripted activities, in memory.
public final class RunEnvironment implements AutoCloseable {
    public static final String RUN = "run-1";
    /// The queue of a sampling worker that exists.
    static final String AT_HAND = TaskQueues.sampleAt("here");

    /// On a busy machine a first workflow task may exceed the second after which the SDK reports a deadlock.
    private static final long WORKFLOW_TASK_MILLIS = 60_000;

    public final ScriptedActivities activities = new ScriptedActivities();
    public final TestWorkflowEnvironment environment;

    /// @param skipTime whether time without work passes at once; must be false if a test talks to a run from
    ///     outside
    public RunEnvironment(boolean skipTime) {
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(skipTime)
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .build());
        SpiceSearchAttributes.ALL.forEach(environment::registerSearchAttribute);
        Worker runs = environment.newWorker(
                TaskQueues.RUNS,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(WORKFLOW_TASK_MILLIS)
                        .build());
        runs.registerWorkflowImplementationTypes(SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
        for (String queue : List.of(TaskQueues.CPU, TaskQueues.SAMPLE, AT_HAND, TaskQueues.TRAIN)) {
            environment.newWorker(queue).registerActivitiesImplementations(activities);
        }
        environment.start();
    }

    WorkflowStub stub() {
        return stub(RUN, Map.of());
    }

    WorkflowStub stub(String id, Map<String, Object> memo) {
        return environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId(id)
                                .setMemo(memo)
                                .build());
    }

    WorkflowStub start(Object... input) {
        WorkflowStub stub = stub();
        stub.start(input);
        return stub;
    }

    public RunReport run(Object... input) {
        return start(input).getResult(RunReport.class);
    }

    RunProgress progress() {
        return environment.getWorkflowClient().newUntypedWorkflowStub(RUN).query("progress", RunProgress.class);
    }

    /// Waits until the run reports this state.
    RunProgress await(String state) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (System.nanoTime() < deadline) {
            RunProgress progress = progress();
            if (progress.state().equals(state)) {
                return progress;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the run is not %s but %s".formatted(state, progress()));
    }

    @Override
    public void close() {
        environment.close();
    }
}
