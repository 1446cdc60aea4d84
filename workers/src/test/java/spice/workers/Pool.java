package spice.workers;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationReport;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.runs.Payloads;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.workflows.ScriptedActivities;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.TaskQueues;

/// Workers with scripted activities on a real server, and iterations for them.
final class Pool {
    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;
    private final List<WorkerFactory> factories = new ArrayList<>();

    /// @param port of the server
    Pool(int port) {
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + port)
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    WorkflowServiceStubs stubs() {
        return stubs;
    }

    WorkflowClient client() {
        return client;
    }

    /// Adds a worker for workflows and for steps without a model.
    void addCpuWorker(ScriptedActivities activities) {
        WorkerFactory factory = WorkerFactory.newInstance(client);
        TestBuild.worker(factory).registerWorkflowImplementationTypes(SelfPlayIterationImpl.class);
        factory.newWorker(TaskQueues.CPU).registerActivitiesImplementations(activities);
        start(factory);
        TestBuild.makeCurrent(stubs);
    }

    /// Adds a worker for all steps, but not for workflows.
    void addStepWorker(ScriptedActivities activities) {
        WorkerFactory factory = WorkerFactory.newInstance(client);
        for (String queue : List.of(TaskQueues.CPU, TaskQueues.SAMPLE, TaskQueues.TRAIN)) {
            factory.newWorker(queue).registerActivitiesImplementations(activities);
        }
        start(factory);
    }

    /// Adds a worker with one device for these queues.
    WorkerFactory addDeviceWorker(ScriptedActivities activities, Set<String> shared, Set<String> own) {
        DeviceTurns device = new DeviceTurns(shared, own);
        WorkerFactory factory = WorkerFactory.newInstance(
                client,
                WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(device.gate())
                        .build());
        for (Set<String> queues : List.of(shared, own)) {
            queues.forEach(queue -> device.worker(factory, queue).registerActivitiesImplementations(activities));
        }
        start(factory);
        return factory;
    }

    private void start(WorkerFactory factory) {
        factory.start();
        factories.add(factory);
    }

    /// Starts a run of this name.
    WorkflowStub start(String run, Map<String, Object> settings) {
        WorkflowStub stub = client.newUntypedWorkflowStub(
                "SelfPlayRun",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.RUNS)
                        .setWorkflowId(run)
                        .build());
        stub.start(settings);
        return stub;
    }

    /// Starts the first iteration of a run; the run's name is also the workflow's id.
    ///
    /// @param warm queue of the preferred worker
    WorkflowStub begin(String run, String settings, Optional<String> warm) {
        CheckpointRef base = new CheckpointRef("base", "base", 0, ScriptedActivities.blob("base"));
        OpenedRun opened = new OpenedRun(
                run,
                "branch",
                base,
                base,
                new CorpusRef(ScriptedActivities.blob("corpus"), 10, 40, 0),
                ScriptedActivities.blob("held-out"));
        WorkflowStub stub = client.newUntypedWorkflowStub(
                "SelfPlayIteration",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.RUNS)
                        .setWorkflowId(run)
                        .build());
        stub.start(new IterationRequest(read(settings), opened, 1, base, List.of(), warm));
        return stub;
    }

    private static RunSettings read(String settings) {
        try {
            return SettingsReader.read(settings);
        } catch (InvalidSettings e) {
            throw new IllegalArgumentException(e);
        }
    }

    static IterationReport end(WorkflowStub iteration) {
        return iteration.getResult(IterationReport.class);
    }

    void close() throws InterruptedException {
        factories.forEach(WorkerFactory::shutdownNow);
        for (WorkerFactory factory : factories) {
            factory.awaitTermination(10, TimeUnit.SECONDS);
        }
        stubs.shutdownNow();
    }
}
