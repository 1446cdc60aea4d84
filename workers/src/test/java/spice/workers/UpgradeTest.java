package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowStub;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.KeptLog;
import spice.local.TestTemporal;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.temporal.TemporalConnection;
import spice.workflows.ScriptedActivities;
import spice.workflows.TaskQueues;

/// Workers of several builds on the real server. All builds are the same code under different names.
class UpgradeTest {
    private static final String OWN = "default";
    private static final String SHARED = "shared";

    @TempDir
    static Path folder;

    private static TestTemporal temporal;

    private final List<Serving> workers = new ArrayList<>();
    private Pool pool;

    @BeforeAll
    static void startServer() throws Exception {
        temporal =
                TestTemporal.start(folder.resolve("home"), SpiceSearchAttributes.ALL, List.of("--namespace", SHARED));
    }

    @AfterAll
    static void stopServer() {
        temporal.close();
    }

    @BeforeEach
    void connect() {
        pool = new Pool(temporal.port());
    }

    @AfterEach
    void stopWorkers() throws InterruptedException {
        pool.close();
        for (Serving worker : workers) {
            worker.close();
        }
    }

    /// A worker that takes workflows.
    private static final class Serving {
        private final TemporalConnection connection;
        private final WorkerFactory factory;
        private final Rollout rollout;

        Serving(String namespace, String name, String build, boolean makeCurrent) {
            connection = TemporalConnection.openAt(
                    ClientConfigProfile.newBuilder()
                            .setAddress(temporal.address())
                            .setNamespace(namespace)
                            .build(),
                    Rollout.identityOf(name) + build,
                    Duration.ofSeconds(10));
            factory = WorkerFactory.newInstance(connection.client());
            WorkerProcess.takeRuns(factory, WorkflowBuild.version(build));
            factory.start();
            rollout = Rollout.start(connection, WorkflowBuild.version(build), name, makeCurrent);
        }

        void close() throws InterruptedException {
            rollout.close();
            factory.shutdownNow();
            factory.awaitTermination(10, TimeUnit.SECONDS);
            connection.close();
        }
    }

    private Serving serve(String namespace, String name, String build, boolean makeCurrent) {
        Serving worker = new Serving(namespace, name, build, makeCurrent);
        workers.add(worker);
        return worker;
    }

    // ---- On a server of one's own ----

    /// Steps whose training ends when the test releases it.
    private static final class Held extends ScriptedActivities {
        private final Map<Integer, CountDownLatch> begun = new ConcurrentHashMap<>();
        private final Map<Integer, CountDownLatch> released = new ConcurrentHashMap<>();

        Held() {
            whileTraining = iteration -> {
                latch(begun, iteration).countDown();
                try {
                    latch(released, iteration).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
        }

        private static CountDownLatch latch(Map<Integer, CountDownLatch> latches, int iteration) {
            return latches.computeIfAbsent(iteration, _ -> new CountDownLatch(1));
        }

        void awaitTraining(int iteration) throws InterruptedException {
            latch(begun, iteration).await();
        }

        void release(int iteration) {
            latch(released, iteration).countDown();
        }
    }

    @Test
    void aRunGoesOnThroughUpgrades() throws Exception {
        Held steps = new Held();
        pool.addStepWorker(steps);

        serve(OWN, "host-a", "one", true);
        WorkflowStub run = pool.start("line", Map.of("iterations", 3));
        steps.awaitTraining(1);

        Serving second = serve(OWN, "host-b", "two", true);
        awaitCurrent(OWN, "two");
        steps.release(1);
        steps.awaitTraining(2);
        assertThat(build("line")).isEqualTo("two");
        assertThat(build("line/iteration-1"))
                .as("the first build is served still")
                .isEqualTo("one");
        assertThat(build("line/iteration-2")).isEqualTo("two");

        second.close();
        serve(OWN, "host-b", "three", true);
        while (!build("line/iteration-2").equals("three")) {
            Thread.sleep(50);
        }
        steps.release(2);
        steps.release(3);

        RunReport report = run.getResult(RunReport.class);
        assertThat(build("line/iteration-3")).isEqualTo("three");
        assertThat(run.query("progress", RunProgress.class).state())
                .as("what a run of older builds answers once it has ended")
                .isEqualTo("done");
        assertThat(steps.calls)
                .filteredOn(call -> call.startsWith("commit"))
                .containsExactly("commit 1", "commit 2", "commit 3");
        assertThat(Collections.frequency(steps.calls, "draw 1")).isOne();

        RunReport calm = pool.start("calm", Map.of("iterations", 3)).getResult(RunReport.class);
        assertThat(report.checkpoint().manifest()).isEqualTo(calm.checkpoint().manifest());
    }

    // ---- On a server that others share ----

    @Test
    void aWorkerSaysThatAnotherBuildIsCurrentAndHowToChangeThat() throws Exception {
        serve(SHARED, "first", "one", false);
        awaitCurrent(SHARED, "one");
        String line;
        try (KeptLog log = KeptLog.of(Rollout.class.getName())) {
            serve(SHARED, "second", "two", false);
            line = await(log, "build two");
        }
        assertThat(line).contains("not the current one, which is one").doesNotContain("\n");
        assertThat(current(SHARED)).isEqualTo("one");

        List<String> command =
                List.of(line.substring(line.indexOf("temporal worker")).split(" "));
        int exitCode = 1;
        // On a busy machine the server may need longer than the command waits.
        for (int tries = 0; exitCode != 0 && tries < 5; tries++) {
            exitCode = TestTemporal.operate(command.subList(1, command.size()));
        }
        assertThat(exitCode).isZero();
        awaitCurrent(SHARED, "two");
    }

    private static String await(KeptLog log, String words) throws InterruptedException {
        while (true) {
            for (ILoggingEvent event : log.events()) {
                if (event.getFormattedMessage().contains(words)) {
                    return event.getFormattedMessage();
                }
            }
            Thread.sleep(20);
        }
    }

    private void awaitCurrent(String namespace, String build) throws InterruptedException {
        while (!current(namespace).equals(build)) {
            Thread.sleep(20);
        }
    }

    /// The current build for runs, as the queue's page in the Temporal UI shows it.
    private String current(String namespace) {
        return pool.stubs()
                .blockingStub()
                .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                        .setNamespace(namespace)
                        .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
                        .build())
                .getVersioningInfo()
                .getCurrentDeploymentVersion()
                .getBuildId();
    }

    private String build(String workflow) {
        return pool.stubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(OWN)
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                        .build())
                .getWorkflowExecutionInfo()
                .getVersioningInfo()
                .getDeploymentVersion()
                .getBuildId();
    }
}
