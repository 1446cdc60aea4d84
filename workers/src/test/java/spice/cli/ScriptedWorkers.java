package spice.cli;

import io.temporal.client.WorkflowClient;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.List;
import spice.local.TestTemporal;
import spice.temporal.TemporalConnection;
import spice.workers.TestBuild;
import spice.workflows.NightlyImpl;
import spice.workflows.RunCheckImpl;
import spice.workflows.ScriptedActivities;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// Workers with scripted activities for a test's own server.
public final class ScriptedWorkers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ScriptedWorkers() {}

    /// A connection as a command opens it.
    public static TemporalConnection connect(TestTemporal temporal) {
        return TemporalConnection.openAt(
                ClientConfigProfile.newBuilder()
                        .setAddress(temporal.address())
                        .setNamespace("default")
                        .build(),
                "test",
                PATIENCE);
    }

    /// Starts workers for all workflows and, on every queue, these activities, and makes their build the current
    /// one.
    public static WorkerFactory start(WorkflowClient client, ScriptedActivities activities) {
        WorkerFactory workers = WorkerFactory.newInstance(client);
        TestBuild.worker(workers)
                .registerWorkflowImplementationTypes(
                        SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class, RunCheckImpl.class);
        for (String queue : List.of(TaskQueues.CPU, TaskQueues.SAMPLE, TaskQueues.TRAIN)) {
            workers.newWorker(queue).registerActivitiesImplementations(activities);
        }
        workers.start();
        TestBuild.makeCurrent(client.getWorkflowServiceStubs());
        return workers;
    }
}
