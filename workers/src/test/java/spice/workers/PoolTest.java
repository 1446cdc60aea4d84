package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.ActivityTaskScheduledEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowStub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.local.TestTemporal;
import spice.runs.CheckpointRef;
import spice.runs.IterationReport;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.StepSeconds;
import spice.store.BlobRef;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.ScriptedActivities;
import spice.workflows.TaskQueues;
import spice.workflows.TrainerActivities.Trained;

/// Several workers and several runs on the real server.
class PoolTest {
    private static final Set<String> DEVICE = Set.of(TaskQueues.SAMPLE, TaskQueues.TRAIN);

    @TempDir
    static Path folder;

    private static TestTemporal temporal;

    private Pool pool;

    @BeforeAll
    static void startServer() throws Exception {
        temporal = TestTemporal.start(folder.resolve("home"));
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
    void stop() throws InterruptedException {
        pool.close();
    }

    /// Steps that occupy the device for a while.
    private static class Slow extends ScriptedActivities {
        private final Duration lane;
        private final AtomicInteger atOnce = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        Slow(Duration lane) {
            this.lane = lane;
        }

        private void use() {
            int now = atOnce.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            sleep(lane);
            atOnce.decrementAndGet();
        }

        @Override
        public LaneReport pose(PoseRequest request) {
            use();
            return super.pose(request);
        }

        @Override
        public LaneReport attempt(AttemptRequest request) {
            use();
            return super.attempt(request);
        }

        @Override
        public Trained train(IterationRequest iteration, BlobRef trajectories) {
            use();
            return super.train(iteration, trajectories);
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- One permit a device ----

    @Test
    void sampleAndTrainNeverShareADevice() {
        Slow device = new Slow(Duration.ofMillis(50));
        pool.addCpuWorker(device);
        pool.addDeviceWorker(device, DEVICE, Set.of(TaskQueues.sampleAt("mixed")));
        List<WorkflowStub> iterations = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Optional<String> warm = i % 2 == 0 ? Optional.of(TaskQueues.sampleAt("mixed")) : Optional.empty();
            iterations.add(pool.begin("mixed-" + i, "{}", warm));
        }
        iterations.forEach(Pool::end);
        assertThat(device.most).hasValue(1);
        assertThat(device.begun).hasSize(12);
    }

    @Test
    void aWorkerHoldsNoStepThatItCannotStart() throws Exception {
        CountDownLatch training = new CountDownLatch(1);
        CountDownLatch trained = new CountDownLatch(1);
        ScriptedActivities device = new ScriptedActivities() {
            @Override
            public Trained train(IterationRequest iteration, BlobRef trajectories) {
                training.countDown();
                try {
                    trained.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.train(iteration, trajectories);
            }
        };
        pool.addCpuWorker(device);
        pool.addDeviceWorker(device, DEVICE, Set.of());
        WorkflowStub first = pool.begin("first", "{}", Optional.empty());
        training.await();
        WorkflowStub second = pool.begin("second", "{}", Optional.empty());
        while (!pending("second").equals("Pose")) {
            Thread.sleep(20);
        }
        // A new worker gets the step, since the busy one does not hold it.
        pool.addDeviceWorker(device, Set.of(TaskQueues.SAMPLE), Set.of());
        while (!pending("second").equals("Train")) {
            Thread.sleep(20);
        }
        trained.countDown();
        Pool.end(first);
        Pool.end(second);
    }

    /// The step that a workflow waits for; empty if there is none.
    private String pending(String workflow) {
        return pool
                .stubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                        .build())
                .getPendingActivitiesList()
                .stream()
                .findFirst()
                .map(step -> step.getActivityType().getName())
                .orElse("");
    }

    // ---- The worker that has the checkpoint at hand ----

    @Test
    void othersTakeOverFromAPreferredWorkerThatIsKilled() throws Exception {
        ScriptedActivities others = new ScriptedActivities();
        pool.addCpuWorker(others);
        pool.addDeviceWorker(others, DEVICE, Set.of());
        String settings = "{\"heartbeatSeconds\": 5}";
        IterationReport calm = Pool.end(pool.begin("calm", settings, Optional.empty()));

        Process preferred = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StuckSampler.class.getName(),
                        Integer.toString(temporal.port()),
                        "preferred")
                .redirectErrorStream(true)
                .start();
        WorkflowStub iteration;
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(preferred.getInputStream(), StandardCharsets.UTF_8))) {
            awaitLine(said, StuckSampler.READY);
            iteration = pool.begin("killed", settings, Optional.of(TaskQueues.sampleAt("preferred")));
            awaitLine(said, StuckSampler.TAKEN);
        } finally {
            preferred.destroyForcibly().onExit().join();
        }
        IterationReport report = Pool.end(iteration);
        assertThat(report.checkpoint().manifest()).isEqualTo(calm.checkpoint().manifest());
        assertThat(report.metrics().timeless()).isEqualTo(calm.metrics().timeless());
        // First the heartbeat timeout, then the time that a step waits for a preferred worker.
        assertThat(givenUp("killed")).singleElement().satisfies(step -> {
            assertThat(step.getTaskQueue().getName()).isEqualTo(TaskQueues.sampleAt("preferred"));
            assertThat(step.getHeartbeatTimeout().getSeconds()).isEqualTo(5);
            assertThat(step.getScheduleToStartTimeout().getSeconds()).isEqualTo(5);
        });
        assertThat(others.begun)
                .containsExactly(
                        "pose 1 lane 0 on spice-sample",
                        "attempt 1 lane 0 on spice-sample",
                        "pose 1 lane 0 on spice-sample",
                        "attempt 1 lane 0 on spice-sample");
    }

    /// Steps that no worker took in time.
    private List<ActivityTaskScheduledEventAttributes> givenUp(String workflow) {
        List<HistoryEvent> events = pool.client().fetchHistory(workflow).getEvents();
        return events.stream()
                .filter(HistoryEvent::hasActivityTaskTimedOutEventAttributes)
                .map(HistoryEvent::getActivityTaskTimedOutEventAttributes)
                .map(timedOut -> events.get((int) timedOut.getScheduledEventId() - 1))
                .map(HistoryEvent::getActivityTaskScheduledEventAttributes)
                .toList();
    }

    private static void awaitLine(BufferedReader said, String line) throws IOException {
        while (!line.equals(Objects.requireNonNull(said.readLine(), "the worker ended"))) {}
    }

    // ---- Several runs, several workers ----

    /// A run with three lanes is served after three turns of each run, although forty lanes of another wait before
    /// it.
    @Test
    void runsThatWaitForTheSameWorkerAreServedInTurn() throws Exception {
        List<String> served = Collections.synchronizedList(new ArrayList<>());
        ScriptedActivities activities = new ScriptedActivities() {
            @Override
            public LaneReport pose(PoseRequest request) {
                served.add(request.iteration().run().lineage());
                sleep(Duration.ofMillis(20));
                return super.pose(request);
            }
        };
        pool.addCpuWorker(activities);
        WorkflowStub large = pool.begin("large", "{\"poseLanes\": 40}", Optional.empty());
        while (scheduled("large") < 40) {
            Thread.sleep(50);
        }
        WorkflowStub small = pool.begin("small", "{\"poseLanes\": 3}", Optional.empty());
        while (scheduled("small") < 3) {
            Thread.sleep(50);
        }
        pool.addDeviceWorker(activities, DEVICE, Set.of());
        Pool.end(small);
        Pool.end(large);
        assertThat(served.lastIndexOf("small")).isLessThan(10);
        assertThat(served).hasSize(43);
    }

    private int scheduled(String workflow) {
        return pool.stubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                        .build())
                .getPendingActivitiesCount();
    }

    /// No lane ends before another has begun: a single worker would never finish.
    @Test
    void twoSamplingWorkersTakeTwoLanesAtOnce() {
        CyclicBarrier both = new CyclicBarrier(2);
        ScriptedActivities activities = new ScriptedActivities() {
            @Override
            public LaneReport pose(PoseRequest request) {
                meet(both);
                return super.pose(request);
            }

            @Override
            public LaneReport attempt(AttemptRequest request) {
                meet(both);
                return super.attempt(request);
            }
        };
        pool.addCpuWorker(activities);
        pool.addDeviceWorker(activities, Set.of(TaskQueues.TRAIN), Set.of());
        pool.addDeviceWorker(activities, Set.of(TaskQueues.SAMPLE), Set.of());
        pool.addDeviceWorker(activities, Set.of(TaskQueues.SAMPLE), Set.of());
        Pool.end(pool.begin("together", "{\"poseLanes\": 2, \"attemptLanes\": 2}", Optional.empty()));
        assertThat(both.isBroken()).isFalse();
    }

    /// docs/LOG.md says by how much. Each lane sleeps for a quarter of a second, so that two cores suffice.
    @Test
    void aSecondSamplingWorkerSharesTheLanes() throws Exception {
        StepSeconds one = sampled("by-one", 1);
        StepSeconds two = sampled("by-two", 2);
        System.out.printf(
                "sixteen lanes of 0.25 s: pose and attempt took %.2f s with one sampling worker, %.2f s with two%n",
                one.pose() + one.attempt(), two.pose() + two.attempt());
    }

    private static StepSeconds sampled(String run, int workers) throws InterruptedException {
        AtomicReference<StepSeconds> took = new AtomicReference<>();
        Slow activities = new Slow(Duration.ofMillis(250)) {
            @Override
            public CheckpointRef commit(
                    IterationRequest iteration, Scored scored, Trained trained, StepSeconds seconds) {
                took.set(seconds);
                return super.commit(iteration, scored, trained, seconds);
            }
        };
        Pool own = new Pool(temporal.port());
        try {
            own.addCpuWorker(activities);
            own.addDeviceWorker(activities, Set.of(TaskQueues.TRAIN), Set.of());
            for (int worker = 0; worker < workers; worker++) {
                own.addDeviceWorker(activities, Set.of(TaskQueues.SAMPLE), Set.of());
            }
            Pool.end(own.begin(run, "{\"poseLanes\": 8, \"attemptLanes\": 8}", Optional.empty()));
        } finally {
            own.close();
        }
        assertThat(activities.most).hasValue(workers);
        return took.get();
    }

    private static void meet(CyclicBarrier both) {
        try {
            both.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("nobody else was there", e);
        }
    }
}
