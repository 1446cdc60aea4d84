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

/// The build of workers that tests assemble: the server gives our workflows only to workers that name a build.
public final class TestBuild {
    private static final WorkerDeploymentVersion BUILD = WorkflowBuild.version("test");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /// On a busy machine a first workflow task may exceed the second after which the SDK reports a deadlock.
    private static final long WORKFLOW_TASK_MILLIS = 60_000;

    private static final Duration LOOK = Duration.ofMillis(100);

    private TestBuild() {}

    /// A worker on the queue of runs; the caller registers workflows.
    public static Worker worker(WorkerFactory factory) {
        return factory.newWorker(
                TaskQueues.RUNS,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(WORKFLOW_TASK_MILLIS)
                        .setDeploymentOptions(WorkerDeploymentOptions.newBuilder()
                                .setUseVersioning(true)
                                .setVersion(BUILD)
                                .build())
                        .build());
    }

    /// Makes this build the current one, as soon as the server knows its worker, which must have been started.
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
