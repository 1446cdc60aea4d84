package spice.workers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.SetWorkerDeploymentCurrentVersionRequest;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerDeploymentOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import spice.workflows.TaskQueues;

/// A build for workers that tests put together themselves: a server takes our workflows from none without one.
public final class TestBuild {
    private static final WorkerDeploymentVersion BUILD = WorkflowBuild.version("test");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(100);

    private TestBuild() {}

    /// A worker on the queue of runs, to which workflows are to be added.
    public static Worker worker(WorkerFactory factory) {
        return factory.newWorker(
                TaskQueues.RUNS,
                WorkerOptions.newBuilder()
                        .setDeploymentOptions(WorkerDeploymentOptions.newBuilder()
                                .setUseVersioning(true)
                                .setVersion(BUILD)
                                .build())
                        .build());
    }

    /// Gives runs to it, as soon as the server has heard of its worker, which is to be started already.
    public static void makeCurrent(WorkflowServiceStubs stubs) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                var _ = stubs.blockingStub()
                        .setWorkerDeploymentCurrentVersion(SetWorkerDeploymentCurrentVersionRequest.newBuilder()
                                .setNamespace("default")
                                .setDeploymentName(WorkflowBuild.DEPLOYMENT)
                                .setBuildId("test")
                                .build());
                return;
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
