package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.history.v1.ActivityTaskCompletedEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.ChallengerActivitiesImpl;
import spice.activities.CheckpointActivitiesImpl;
import spice.activities.CorpusActivitiesImpl;
import spice.activities.EvaluatorActivitiesImpl;
import spice.activities.JudgeActivitiesImpl;
import spice.activities.ReasonerActivitiesImpl;
import spice.activities.TrainerActivitiesImpl;
import spice.archive.SpiceArchive;
import spice.checkpoints.CommitListener;
import spice.domain.Seed;
import spice.launcher.Launchers;
import spice.local.TestTemporal;
import spice.model.Devices;
import spice.policies.Host;
import spice.policies.LoadedPolicies;
import spice.roles.Sampler;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.LaneReport;
import spice.runs.Payloads;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.settings.RunSettings;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.ChallengerActivities;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.ReasonerActivities;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// One worker or several sample the nano model on the real server: the run ends with the same digest. Each run has
/// its own store, so that it finds no results of another.
class SamplingPoolTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();
    private static final String RUN = "mine";
    private static final int QUESTIONS = 8;
    private static final Map<String, Object> SETTINGS = Map.of(
            "corpus",
            "ledgers/training/2021",
            "heldOut",
            "ledgers/" + SpiceArchive.QUESTIONS,
            "iterations",
            1,
            "documentsPerIteration",
            16,
            "poseShardDocuments",
            2,
            "attemptShardTasks",
            8,
            "heldOutAttempts",
            1,
            "passAt",
            0,
            "coEvolutionDocuments",
            0);

    @TempDir
    static Path folder;

    private static TestTemporal temporal;
    private static WorkflowServiceStubs stubs;
    private static Path archive;
    private static CheckpointRef alone;

    @BeforeAll
    static void runWithOneWorker() throws Exception {
        archive = folder.resolve("archive");
        SpiceArchive.write(archive, new Seed(1));
        Path questions = archive.resolve(SpiceArchive.QUESTIONS);
        Files.write(questions, Files.readAllLines(questions).subList(0, QUESTIONS));
        temporal = TestTemporal.start(folder.resolve("home"), SpiceSearchAttributes.ALL, List.of());
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
        try (Workers workers = new Workers()) {
            workers.addSampler("alone", _ -> {});
            WorkflowStub run = begin(1);
            alone = run.getResult(RunReport.class).checkpoint();
        }
        assertThat(alone.iteration()).isEqualTo(1);
    }

    @AfterAll
    static void stopServer() {
        stubs.shutdownNow();
        temporal.close();
    }

    private static WorkflowClient client(String identity) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .setIdentity(identity)
                        .build());
    }

    private static WorkflowStub begin(int lanes) {
        Map<String, Object> settings = new HashMap<>(SETTINGS);
        settings.put("poseLanes", lanes);
        settings.put("attemptLanes", lanes);
        WorkflowStub run = client("test")
                .newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId(RUN)
                                .build());
        run.start(settings);
        return run;
    }

    /// Workers like separate processes: each has its own connection identity, models, threads and heartbeats.
    private static final class Workers implements AutoCloseable {
        private final InMemoryBlobStore store = new InMemoryBlobStore();
        private final List<Member> members = new ArrayList<>();

        Workers() throws Exception {
            Member member = new Member("others");
            TestBuild.worker(member.factory)
                    .registerWorkflowImplementationTypes(SelfPlayRunImpl.class, SelfPlayIterationImpl.class);
            member.factory
                    .newWorker(TaskQueues.CPU)
                    .registerActivitiesImplementations(
                            new CorpusActivitiesImpl(
                                    store, Map.of("ledgers", archive.toString()), MODELS, member.heartbeats),
                            new JudgeActivitiesImpl(store, member.heartbeats),
                            new CheckpointActivitiesImpl(
                                    store,
                                    MODELS,
                                    "this machine",
                                    "test",
                                    member.heartbeats,
                                    Clock.systemUTC(),
                                    CommitListener.NONE));
            member.factory
                    .newWorker(TaskQueues.TRAIN)
                    .registerActivitiesImplementations(new TrainerActivitiesImpl(
                            store,
                            member.scratch,
                            member.heartbeats,
                            Optional.empty(),
                            () -> Launchers.NONE,
                            Host.of(Devices.CPU)));
            member.factory.start();
            TestBuild.makeCurrent(stubs);
        }

        /// @param before is called before each lane of an iteration
        Member addSampler(String name, Consumer<Member> before) throws Exception {
            Member member = new Member(name);
            Sampler sampler = new Sampler(store, member.policies, member.threads, member.heartbeats);
            member.factory
                    .newWorker(
                            TaskQueues.SAMPLE,
                            WorkerHeartbeats.options()
                                    .setMaxConcurrentActivityExecutionSize(1)
                                    .build())
                    .registerActivitiesImplementations(
                            new LaneActivities(
                                    new ChallengerActivitiesImpl(sampler),
                                    new ReasonerActivitiesImpl(sampler),
                                    () -> before.accept(member)),
                            new EvaluatorActivitiesImpl(sampler));
            member.factory.start();
            return member;
        }

        private final class Member {
            private final Path scratch = Files.createTempDirectory(folder, "scratch");
            private final WorkflowClient client;
            private final WorkerHeartbeats heartbeats;
            private final WorkerFactory factory;
            private final LoadedPolicies policies = new LoadedPolicies(store, scratch, Host.of(Devices.CPU), false);
            private final AtomicBoolean isToLeave = new AtomicBoolean();
            private final CountDownLatch leaves = new CountDownLatch(1);
            private final ExecutorService threads =
                    new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
                        @Override
                        protected void afterExecute(Runnable shard, Throwable failure) {
                            if (isToLeave.get()) {
                                Member.this.heartbeats.drain();
                                leaves.countDown();
                            }
                        }
                    };

            Member(String name) throws Exception {
                client = client(name);
                heartbeats =
                        new WorkerHeartbeats(client.newActivityCompletionClient(), WorkerHeartbeats.PATIENCE, () -> {});
                factory = WorkerFactory.newInstance(client);
                members.add(this);
            }

            /// Leaves as after SIGTERM: the current shard is the last.
            void leaveAfterThisShard() {
                isToLeave.set(true);
            }
        }

        @Override
        public void close() {
            for (Member member : members) {
                member.factory.shutdownNow();
            }
            for (Member member : members) {
                member.factory.awaitTermination(60, TimeUnit.SECONDS);
                member.threads.close();
                member.policies.close();
            }
        }
    }

    /// The real steps, with a call before each lane.
    private record LaneActivities(ChallengerActivities challenger, ReasonerActivities reasoner, Runnable before)
            implements ChallengerActivities, ReasonerActivities {
        @Override
        public LaneReport pose(PoseRequest request) {
            before.run();
            return challenger.pose(request);
        }

        @Override
        public BlobRef poseHeldOut(RunSettings settings, CheckpointRef of, CorpusRef corpus) {
            return challenger.poseHeldOut(settings, of, corpus);
        }

        @Override
        public LaneReport attempt(AttemptRequest request) {
            before.run();
            return reasoner.attempt(request);
        }
    }

    private static void meet(CyclicBarrier others) {
        try {
            others.await(5, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("nobody else was there", e);
        }
    }

    @Test
    void twoWorkersThatSampleAtOnceEndWhereOneDoes() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        try (Workers workers = new Workers()) {
            workers.addSampler("one", _ -> meet(both));
            workers.addSampler("two", _ -> meet(both));
            assertThat(begin(2).getResult(RunReport.class).checkpoint()).isEqualTo(alone);
        }
        assertThat(both.isBroken()).isFalse();
        assertThat(lanesByWorker())
                .isEqualTo(Map.of("Pose one", 1L, "Pose two", 1L, "Attempt one", 1L, "Attempt two", 1L));
    }

    @Test
    void oneThatJoinsAndOneThatLeavesInTheMiddleChangeNothing() throws Exception {
        try (Workers workers = new Workers()) {
            Workers.Member first = workers.addSampler("first", Workers.Member::leaveAfterThisShard);
            WorkflowStub run = begin(3);
            first.leaves.await();
            workers.addSampler("second", _ -> {});
            first.factory.shutdown();
            assertThat(run.getResult(RunReport.class).checkpoint()).isEqualTo(alone);
        }
        assertThat(lanesByWorker()).isEqualTo(Map.of("Pose second", 3L, "Attempt second", 3L));
        assertThat(shardsFound("Pose")).as("what the first one had done").isEqualTo(1);
    }

    /// Number of lanes that each worker ended, by stage.
    private static Map<String, Long> lanesByWorker() {
        return Stream.of("Pose", "Attempt")
                .flatMap(stage -> ends(stage).map(end -> "%s %s".formatted(stage, end.getIdentity())))
                .collect(Collectors.groupingBy(lane -> lane, Collectors.counting()));
    }

    /// Number of shards that a stage's lanes found already done.
    private static int shardsFound(String stage) {
        return ends(stage)
                .mapToInt(end -> Payloads.converter()
                        .fromPayload(end.getResult().getPayloads(0), LaneReport.class, LaneReport.class)
                        .found())
                .sum();
    }

    private static Stream<ActivityTaskCompletedEventAttributes> ends(String stage) {
        List<HistoryEvent> events =
                client("test").fetchHistory(RUN + "/iteration-1").getEvents();
        return events.stream()
                .filter(HistoryEvent::hasActivityTaskCompletedEventAttributes)
                .map(HistoryEvent::getActivityTaskCompletedEventAttributes)
                .filter(end -> events.get((int) end.getScheduledEventId() - 1)
                        .getActivityTaskScheduledEventAttributes()
                        .getActivityType()
                        .getName()
                        .equals(stage));
    }
}
