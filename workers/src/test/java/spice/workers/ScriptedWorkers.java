package spice.workers;

import io.temporal.client.WorkflowClient;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.List;
import spice.local.TestTemporal;
import spice.workflows.NightlyImpl;
import spice.workflows.ScriptedActivities;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// Workers of a test's own for a server of a test's own.
public final class ScriptedWorkers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ScriptedWorkers() {}

    /// A connection as a command has one.
    static TemporalConnection connect(TestTemporal temporal) {
        return TemporalConnection.open(
                ClientConfigProfile.newBuilder()
                        .setAddress(temporal.address())
                        .setNamespace("default")
                        .build(),
                "test",
                PATIENCE);
    }

    /// All workflows, and these activities on every queue, by one process whose build is the server's current one.
    public static WorkerFactory start(WorkflowClient client, ScriptedActivities activities) {
        WorkerFactory workers = WorkerFactory.newInstance(client);
        TestBuild.worker(workers)
                .registerWorkflowImplementationTypes(
                        SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
        for (String queue : List.of(TaskQueues.CPU, TaskQueues.SAMPLE, TaskQueues.TRAIN)) {
            workers.newWorker(queue).registerActivitiesImplementations(activities);
        }
        workers.start();
        TestBuild.makeCurrent(client.getWorkflowServiceStubs());
        return workers;
    }
}
