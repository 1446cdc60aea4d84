package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.ReasonerActivitiesImpl;
import spice.activities.TrainerActivitiesImpl;
import spice.judging.Samples;
import spice.launcher.Launchers;
import spice.local.TestTemporal;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.policies.Host;
import spice.policies.LoadedPolicies;
import spice.roles.Sampler;
import spice.runs.Failure;
import spice.runs.IterationRequest;
import spice.runs.Payloads;
import spice.settings.RunSettings;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;
import spice.training.Steppable;

/// Steps that would take minutes, on the real server, in a worker with one slot.
@Timeout(300)
class LongStepsTest {
    private static final Duration PROMISE = Duration.ofSeconds(10);
    private static final RunSettings SETTINGS = Samples.settings("""
            {"temperature": 0.01, "reasonerTokens": 150000, "reasonerAttempts": 2, "attemptShardTasks": 4,
             "updateBatch": 100000, "trainThreads": 2, "microBatchTokens": 2048}
            """);

    @TempDir
    static Path folder;

    private static TestTemporal temporal;
    private static WorkflowServiceStubs stubs;
    private static WorkflowClient client;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final String queue = UUID.randomUUID().toString();
    private Cable cable;
    private WorkflowServiceStubs workerStubs;
    private WorkerFactory factory;
    private ExecutorService samplers;
    private LoadedPolicies policies;
    private Launchers launchers = Launchers.NONE;

    @BeforeAll
    static void startServer() throws Exception {
        temporal = TestTemporal.start(folder.resolve("home"));
        stubs = stubs(temporal.port());
        client = client(stubs);
    }

    @AfterAll
    static void stopServer() {
        stubs.shutdownNow();
        temporal.close();
    }

    private static WorkflowServiceStubs stubs(int port) {
        return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + port)
                .build());
    }

    private static WorkflowClient client(WorkflowServiceStubs stubs) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    @BeforeEach
    void connect() throws Exception {
        cable = new Cable(temporal.port());
        workerStubs = stubs(cable.port());
        samplers = Executors.newFixedThreadPool(2);
    }

    private void startWorker(BlobStore read, Duration patience, Runnable endProcess) throws Exception {
        WorkflowClient workerClient = client(workerStubs);
        WorkerHeartbeats heartbeats =
                new WorkerHeartbeats(workerClient.newActivityCompletionClient(), patience, endProcess);
        Path scratch = Files.createDirectories(folder.resolve(queue));
        policies = new LoadedPolicies(read, scratch, Host.of(Devices.CPU), false);
        factory = WorkerFactory.newInstance(workerClient);
        Worker worker = factory.newWorker(
                queue,
                WorkerHeartbeats.options()
                        .setMaxConcurrentActivityExecutionSize(1)
                        .build());
        worker.registerWorkflowImplementationTypes(OneStep.Impl.class);
        worker.registerActivitiesImplementations(
                new ReasonerActivitiesImpl(new Sampler(read, policies, samplers, heartbeats)),
                new TrainerActivitiesImpl(
                        read, scratch, heartbeats, Optional.empty(), () -> launchers, Host.of(Devices.CPU)));
        factory.start();
    }

    private void startWorker() throws Exception {
        startWorker(store, WorkerHeartbeats.PATIENCE, () -> {});
    }

    @AfterEach
    void stop() throws Exception {
        factory.shutdownNow();
        factory.awaitTermination(10, TimeUnit.SECONDS);
        samplers.close();
        policies.close();
        workerStubs.shutdownNow();
        cable.close();
    }

    private WorkflowStub begin(String step, IterationRequest iteration, BlobRef reads, int tries) {
        WorkflowStub stub = client.newUntypedWorkflowStub(
                "OneStep",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(queue)
                        .setWorkflowId(UUID.randomUUID().toString())
                        .build());
        stub.start(step, iteration, reads, tries);
        return stub;
    }

    /// Starts a step and waits until its first decode step or micro-batch has begun.
    private WorkflowStub underWay(String step) throws Exception {
        Path model = folder.resolve(queue + "-model");
        boolean attempts = step.equals("attempt");
        if (attempts) {
            TinyModel.createTireless(Files.createDirectories(model), 200_000);
        } else {
            Steppable.model(model, TinyModel.nano());
        }
        IterationRequest iteration = Steppable.iteration(store, model, SETTINGS);
        BlobRef reads = attempts ? Steppable.posed(store, 4) : Steppable.episodes(store, 20_000, 120, 45);
        WorkflowStub stub = begin(step, iteration, reads, 1);
        awaitHeartbeat(stub, attempts ? "\"attempt\"" : "\"train\"");
        TimeUnit.SECONDS.sleep(1);
        return stub;
    }

    /// Starts a step without work, which waits behind the one that is under way.
    private WorkflowStub next() {
        IterationRequest iteration = Steppable.iteration(store, folder.resolve(queue + "-model"), SETTINGS);
        return begin("train", iteration, Steppable.episodes(store, 0, 0, 2), 1);
    }

    private static void awaitHeartbeat(WorkflowStub stub, String details) throws InterruptedException {
        while (pending(stub)
                .noneMatch(activity -> activity.getHeartbeatDetails().getPayloadsList().stream()
                        .anyMatch(payload -> payload.getData().toStringUtf8().contains(details)))) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static java.util.stream.Stream<PendingActivityInfo> pending(WorkflowStub stub) {
        return stubs
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setExecution(stub.getExecution())
                        .build())
                .getPendingActivitiesList()
                .stream();
    }

    private static void assertNextWithin10Seconds(WorkflowStub next, long since) throws Exception {
        next.getResult(30, TimeUnit.SECONDS, Void.class);
        Duration taken = Duration.ofNanos(System.nanoTime() - since);
        System.out.printf("the next step had the slot and was done after %.1f s%n", taken.toMillis() / 1e3);
        assertThat(taken).isLessThan(PROMISE);
    }

    @Test
    void aCancelledGenerationLeavesItsSlotToTheNextStep() throws Exception {
        startWorker();
        WorkflowStub generation = underWay("attempt");
        WorkflowStub next = next();
        long since = System.nanoTime();
        generation.cancel();
        assertNextWithin10Seconds(next, since);
        assertThatThrownBy(() -> generation.getResult(Void.class)).isInstanceOf(WorkflowFailedException.class);
    }

    @Test
    void aTerminatedTrainingStepLeavesItsSlotToTheNextStep() throws Exception {
        startWorker();
        WorkflowStub training = underWay("train");
        WorkflowStub next = next();
        long since = System.nanoTime();
        training.terminate("enough");
        assertNextWithin10Seconds(next, since);
    }

    @Test
    void aResetLeavesTheSlotToTheNextStep() throws Exception {
        startWorker();
        WorkflowStub generation = underWay("attempt");
        WorkflowStub next = next();
        long since = System.nanoTime();
        stubs.blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setWorkflowExecution(generation.getExecution())
                        .setReason("another way")
                        .setWorkflowTaskFinishEventId(4)
                        .setRequestId(queue)
                        .build());
        // The new run begins the step again, behind the next one, and would continue for minutes.
        assertNextWithin10Seconds(next, since);
        client.newUntypedWorkflowStub(generation.getExecution().getWorkflowId()).terminate("over");
    }

    @Test
    void aWorkerThatWasCutOffGivesUpWhatTheServerHasGivenUp() throws Exception {
        startWorker();
        WorkflowStub training = underWay("train");
        cable.cut();
        while (pending(training).findAny().isPresent()) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        WorkflowStub next = next();
        cable.mend();
        assertNextWithin10Seconds(next, System.nanoTime());
    }

    /// The store with a gate that every read of a blob has to pass.
    private BlobStore behind(Gate gate) {
        return (BlobStore) Proxy.newProxyInstance(
                BlobStore.class.getClassLoader(), new Class<?>[] {BlobStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("get")) {
                        gate.pass();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private interface Gate {
        void pass() throws Exception;
    }

    private IterationRequest tiny() {
        return Steppable.iteration(
                store, Steppable.model(folder.resolve(queue + "-model"), TinyModel.config()), SETTINGS);
    }

    @Test
    void aStepThatStandsStillFailsThreeTimesAndThenForGood() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        startWorker(
                behind(() -> {
                    try {
                        Thread.sleep(Duration.ofHours(1));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                    }
                }),
                Duration.ofSeconds(1),
                ended::incrementAndGet);
        WorkflowStub stuck = begin("train", tiny(), Steppable.episodes(store, 4, 20, 12), 60);
        assertThatThrownBy(() -> stuck.getResult(Void.class)).rootCause().satisfies(cause -> {
            ApplicationFailure failure = (ApplicationFailure) cause;
            assertThat(failure.getType()).isEqualTo(Failure.NOT_ADVANCING.name());
            assertThat(failure.isNonRetryable()).isTrue();
            assertThat(failure.getOriginalMessage()).matches("Train \\(starting\\) has not advanced for [1-9] s");
        });
        assertThat(client.fetchHistory(stuck.getExecution().getWorkflowId())
                        .getHistory()
                        .getEventsList())
                .filteredOn(event -> event.hasActivityTaskStartedEventAttributes())
                .singleElement()
                .satisfies(event -> assertThat(
                                event.getActivityTaskStartedEventAttributes().getAttempt())
                        .isEqualTo(3));
        assertThat(ended).as("a thread that can be interrupted is").hasValue(0);
    }

    /// Starts a training step whose job is a shell script.
    private WorkflowStub launched(String script) {
        launchers = new Launchers(Map.of("shell", List.of("/bin/sh", "-c", script)), "spice", Map.of());
        IterationRequest iteration = Steppable.iteration(
                store,
                Steppable.model(folder.resolve(queue + "-model"), TinyModel.config()),
                Samples.settings("{\"trainer\": \"shell\"}"));
        return begin("train", iteration, Steppable.episodes(store, 4, 20, 12), 60);
    }

    private static void assertFailsForGood(WorkflowStub step, Failure name, String pattern) {
        assertThatThrownBy(() -> step.getResult(Void.class)).rootCause().satisfies(cause -> {
            ApplicationFailure failure = (ApplicationFailure) cause;
            assertThat(failure.getType()).isEqualTo(name.name());
            assertThat(failure.isNonRetryable()).isTrue();
            assertThat(failure.getOriginalMessage()).matches(pattern);
        });
    }

    @Test
    void aJobThatFailsIsTriedThreeTimes() throws Exception {
        Path begun = folder.resolve(queue + "-begun");
        startWorker();
        WorkflowStub step = launched("echo begun >> '%s'; exit 7".formatted(begun));
        assertFailsForGood(step, Failure.JOB_FAILED, "the job of launcher shell ended with exit code 7 at .*");
        assertThat(begun).hasContent("begun\nbegun\nbegun");
    }

    @Test
    void aJobThatSaysNothingMoreIsEndedAndTriedAgain() throws Exception {
        Path pids = folder.resolve(queue + "-pids");
        AtomicInteger ended = new AtomicInteger();
        startWorker(store, Duration.ofSeconds(1), ended::incrementAndGet);
        WorkflowStub step = launched(
                "echo $$ >> '%s'; echo 'spice: update 2 of 6'; while :; do sleep 1; echo alive; done".formatted(pids));
        assertFailsForGood(step, Failure.NOT_ADVANCING, "Train \\(update 2 of 6\\) has not advanced for [1-9] s");
        List<String> jobs = Files.readAllLines(pids);
        assertThat(jobs).hasSize(3);
        // The server does not wait for the end of the third job.
        while (jobs.stream()
                .anyMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isPresent())) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(ended).as("the worker goes on").hasValue(0);
    }

    @Test
    void aCancelledStepEndsItsJob() throws Exception {
        Path pid = folder.resolve(queue + "-pid");
        startWorker();
        WorkflowStub step = launched("echo $$ > '%s'; echo 'spice: update 1 of 2'; sleep 1000".formatted(pid));
        awaitHeartbeat(step, "update 1 of 2");
        step.cancel();
        assertThatThrownBy(() -> step.getResult(Void.class)).isInstanceOf(WorkflowFailedException.class);
        long job = Long.parseLong(Files.readString(pid).strip());
        while (ProcessHandle.of(job).isPresent()) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Test
    void aThreadThatCannotBeInterruptedEndsTheProcessAndTheStepIsTakenAgain() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        startWorker(
                behind(() -> {
                    // Ignores interrupts, like native code; only the end of the process ends it.
                    while (ended.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                }),
                Duration.ofSeconds(1),
                ended::countDown);
        WorkflowStub stuck = begin("train", tiny(), Steppable.episodes(store, 4, 20, 12), 60);
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        stuck.getResult(60, TimeUnit.SECONDS, Void.class);
    }
}
