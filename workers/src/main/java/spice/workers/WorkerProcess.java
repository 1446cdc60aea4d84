package spice.workers;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerDeploymentOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.activities.ChallengerActivitiesImpl;
import spice.activities.CheckpointActivitiesImpl;
import spice.activities.CorpusActivitiesImpl;
import spice.activities.EvaluatorActivitiesImpl;
import spice.activities.JudgeActivitiesImpl;
import spice.activities.ReasonerActivitiesImpl;
import spice.activities.ScheduleActivitiesImpl;
import spice.activities.TrainerActivitiesImpl;
import spice.checkpoints.Checkpoints;
import spice.launcher.Launchers;
import spice.local.LocalSettings;
import spice.policies.LoadedPolicies;
import spice.policies.OwnSampling;
import spice.policies.PolicySource;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.program.Hardware;
import spice.program.UserError;
import spice.program.Version;
import spice.report.Report;
import spice.roles.Sampler;
import spice.runs.Failure;
import spice.steps.WorkerHeartbeats;
import spice.store.cache.BlobCache;
import spice.store.cache.CachedBlobStore;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3Upkeep;
import spice.telemetry.StepMeters;
import spice.telemetry.Telemetry;
import spice.temporal.ActiveRunQuery;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.SearchAttributes;
import spice.temporal.TemporalConnection;
import spice.tracking.EndedRuns;
import spice.tracking.MlflowSettings;
import spice.tracking.MlflowTracker;
import spice.upkeep.GarbageCollection;
import spice.upkeep.Retention;
import spice.upkeep.RunRetention;
import spice.vllm.VllmPolicySource;
import spice.vllm.VllmUnusable;
import spice.workflows.NightlyImpl;
import spice.workflows.RunCheckImpl;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// A worker process. It connects to Temporal and the store, registers workflows and activities, and polls their
/// task queues; the dependencies are wired here, by hand.
///
/// ```
/// Temporal ── spice        : Nightly, SelfPlayRun, SelfPlayIteration   (cpu)  ─ versioned: Rollout
///          ├─ spice-cpu    : ingest, draw, score, compare, open, commit (cpu)
///          ├─ spice-sample, spice-sample@NAME : pose, attempt, evaluate (sample) ─┐ one at a time
///          └─ spice-train  : train                                      (train)  ─┘ on the device
///                └─ Sampler ── LoadedPolicies ───── CachedBlobStore ── S3BlobStore ── S3
///                           or VllmPolicySource ──┘ and a vLLM server
/// ```
public final class WorkerProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerProcess.class);

    /// Steps that need no model are short; a few at a time keep several runs going.
    private static final int CPU_STEPS = 4;

    /// How long a shard or a gradient update may go on after the worker was told to stop.
    private static final Duration FINISH = Duration.ofSeconds(8);

    /// How long a decode step or a micro-batch may go on after that. Both together are less than a stack waits for
    /// its workers.
    private static final Duration BREAK_OFF = Duration.ofSeconds(10);

    private final WorkerDeploymentVersion build = WorkflowBuild.ours();
    private final Telemetry telemetry;
    private final TemporalConnection temporal;
    private final S3BlobStore store;
    private final WorkerFactory factory;
    private final BlobCache cache;
    private final PolicySource policies;
    private final ExecutorService samplers;
    private final ExecutorService retiring = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("retiring").daemon().factory());
    private final WorkerHeartbeats heartbeats;
    private final DeviceTurns device;
    private final Optional<MlflowTracker> tracker;
    private Optional<Rollout> rollout = Optional.empty();

    private WorkerProcess(WorkerSettings settings) {
        telemetry = telemetry(settings);
        MeterRegistry meters = telemetry.meters();
        temporal = TemporalConnection.openMetered(identity(settings), Patience.LASTING, telemetry.temporal());
        SearchAttributes.register(temporal);
        store = S3BlobStore.counted(LocalSettings.ofThisProcess().s3(), meters);
        temporal.asUser().note(store);
        cache = BlobCache.open(settings.cache(), settings.cacheBytes(), Clock.systemUTC());
        CachedBlobStore models = new CachedBlobStore(store, cache);
        heartbeats = new WorkerHeartbeats(
                temporal.client().newActivityCompletionClient(), settings.patience(), () -> end(ExitCode.STUCK));
        policies = policies(settings, models, cache);
        samplers = Executors.newFixedThreadPool(
                settings.samplers(),
                Thread.ofPlatform().name("sampler-", 0).daemon().factory());
        Optional<String> ownSampling = settings.ownSampling();
        device = new DeviceTurns(
                Set.of(TaskQueues.SAMPLE, TaskQueues.TRAIN),
                ownSampling.stream().collect(Collectors.toSet()));
        tracker = settings.queues().contains(WorkerSettings.Queue.CPU) ? tracker() : Optional.empty();
        List<WorkerInterceptor> interceptors = new ArrayList<>(List.of(new StepMeters(meters), device.gate()));
        tracker.map(MlflowTracker::interceptor).ifPresent(interceptors::add);
        factory = WorkerFactory.newInstance(
                temporal.client(),
                WorkerFactoryOptions.newBuilder()
                        .setUsingVirtualWorkflowThreads(true)
                        .setWorkerInterceptors(interceptors.toArray(WorkerInterceptor[]::new))
                        .build());
        meter(meters, models, heartbeats, device);
        settings.queues().forEach(queue -> {
            switch (queue) {
                case CPU -> takeCpuWork(settings);
                case SAMPLE -> takeSampling(List.of(TaskQueues.SAMPLE, ownSampling.orElseThrow()));
                case TRAIN ->
                    device.worker(factory, TaskQueues.TRAIN)
                            .registerActivitiesImplementations(new TrainerActivitiesImpl(
                                    models,
                                    cache.ownFolder(),
                                    heartbeats,
                                    ownSampling.map(own -> new OwnSampling(own, policies)),
                                    () -> launchers(settings),
                                    settings.host()));
            }
        });
    }

    private static PolicySource policies(WorkerSettings settings, CachedBlobStore models, BlobCache cache) {
        if (settings.vllm().isEmpty()) {
            return new LoadedPolicies(
                    models,
                    cache.ownFolder(),
                    settings.host(),
                    settings.queues().contains(WorkerSettings.Queue.TRAIN));
        }
        try {
            return VllmPolicySource.open(settings.vllm().get(), models, cache.ownFolder());
        } catch (VllmUnusable e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }

    private static Telemetry telemetry(WorkerSettings settings) {
        try {
            return Telemetry.start(
                    settings.name(),
                    settings.meters(),
                    LocalSettings.ofThisProcess().meters());
        } catch (IOException e) {
            throw new UserError("the worker's meters cannot be offered at %s (%s); name another address by --metrics"
                    .formatted(settings.meters(), e.getMessage()));
        }
    }

    private static Launchers launchers(WorkerSettings settings) {
        S3Location location = LocalSettings.ofThisProcess().s3();
        try {
            return new Launchers(
                    settings.launchers().map(Launchers::read).orElse(Map.of()),
                    location.bucket(),
                    location.variables());
        } catch (IllegalArgumentException e) {
            throw Failure.LAUNCHER_UNKNOWN.because(e);
        }
    }

    /// The store as MLflow and the reports of ended runs name it: its endpoint and bucket.
    private static String address(S3Location location) {
        return "%s/%s".formatted(location.endpoint().map(URI::toString).orElse("s3:/"), location.bucket());
    }

    /// Empty if no MLflow server is named, or its settings cannot be used: a run never fails because of MLflow.
    private Optional<MlflowTracker> tracker() {
        try {
            return MlflowSettings.from(Environment.variables())
                    .map(server -> MlflowTracker.start(
                            server,
                            store,
                            address(LocalSettings.ofThisProcess().s3()),
                            new RunStanding(temporal, Optional.empty())::mlflow,
                            this::ended,
                            Clock.systemUTC()));
        } catch (IllegalArgumentException e) {
            log.warn("MLflow is not told of runs: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Makes the report of a run that has ended, and puts it into the store.
    private Optional<EndedRuns.Page> ended(String lineage) {
        RunStanding standing = new RunStanding(temporal, Optional.empty());
        Report report = Report.of(
                store,
                address(LocalSettings.ofThisProcess().s3()),
                lineage,
                new Checkpoints(store).last(lineage),
                standing.standing(lineage),
                standing.page(lineage));
        return Optional.of(new EndedRuns.Page(report.html(), report.put(store)));
    }

    private static void meter(
            MeterRegistry meters, CachedBlobStore models, WorkerHeartbeats heartbeats, DeviceTurns device) {
        FunctionCounter.builder("spice.cache.files", models, CachedBlobStore::hits)
                .tag("outcome", "hit")
                .register(meters);
        FunctionCounter.builder("spice.cache.files", models, CachedBlobStore::misses)
                .tag("outcome", "miss")
                .register(meters);
        Gauge.builder("spice.steps.under.way", heartbeats, WorkerHeartbeats::stepsUnderWay)
                .register(meters);
        TimeGauge.builder(
                        "spice.step.silence",
                        heartbeats,
                        TimeUnit.MILLISECONDS,
                        of -> of.longestSilence().toMillis())
                .description("since the last sign of progress of the step that has stood still longest")
                .register(meters);
        Gauge.builder("spice.device.busy", device, of -> of.isBusy() ? 1 : 0).register(meters);
        FunctionCounter.builder("spice.device.turned.away", device, DeviceTurns::turnedAway)
                .description("steps that were handed back, because another had taken the device")
                .register(meters);
    }

    /// Starts a worker, which takes work until it is closed.
    ///
    /// @throws UserError if Temporal does not answer, or the settings cannot be used
    public static WorkerProcess start(WorkerSettings settings) {
        if (!settings.queues().equals(Set.of(WorkerSettings.Queue.CPU))) {
            settings.devices().test();
        }
        WorkerProcess worker = new WorkerProcess(settings);
        worker.factory.start();
        if (settings.queues().contains(WorkerSettings.Queue.CPU)) {
            worker.rollout =
                    Optional.of(Rollout.start(worker.temporal, worker.build, settings.name(), settings.makeCurrent()));
        }
        return worker;
    }

    /// Registers the workflows of this build, versioned as `build`.
    static void takeRuns(WorkerFactory factory, WorkerDeploymentVersion build) {
        factory.newWorker(
                        TaskQueues.RUNS,
                        WorkerOptions.newBuilder()
                                .setDeploymentOptions(WorkerDeploymentOptions.newBuilder()
                                        .setUseVersioning(true)
                                        .setVersion(build)
                                        .build())
                                .build())
                .registerWorkflowImplementationTypes(
                        SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class, RunCheckImpl.class);
    }

    private void takeCpuWork(WorkerSettings settings) {
        takeRuns(factory, build);
        Worker worker = factory.newWorker(
                TaskQueues.CPU,
                WorkerHeartbeats.options()
                        .setMaxConcurrentActivityExecutionSize(CPU_STEPS)
                        .build());
        worker.registerActivitiesImplementations(
                new CorpusActivitiesImpl(store, settings.corpora(), settings.models(), heartbeats),
                new JudgeActivitiesImpl(store, heartbeats),
                new CheckpointActivitiesImpl(
                        store,
                        settings.models(),
                        Hardware.instructions(),
                        Version.inWords(),
                        heartbeats,
                        Clock.systemUTC(),
                        new RunRetention(this::collect, retiring, Clock.systemUTC())),
                new ScheduleActivitiesImpl(temporal.client()));
    }

    private GarbageCollection.Outcome collect(String lineage, Retention rule) {
        try (S3Upkeep upkeep = S3Upkeep.open(LocalSettings.ofThisProcess().s3())) {
            return new GarbageCollection(store, upkeep)
                    .runFor(lineage, rule, ActiveRunQuery.of(store, List.of(temporal)));
        }
    }

    private void takeSampling(List<String> taskQueues) {
        Sampler sampler = new Sampler(store, policies, samplers, heartbeats);
        Object[] activities = {
            new ChallengerActivitiesImpl(sampler),
            new ReasonerActivitiesImpl(sampler),
            new EvaluatorActivitiesImpl(sampler)
        };
        taskQueues.forEach(queue -> device.worker(factory, queue).registerActivitiesImplementations(activities));
    }

    private static String identity(WorkerSettings settings) {
        return "%s%s %d"
                .formatted(
                        Rollout.identityOf(settings.name()),
                        settings.queues().stream().sorted().toList(),
                        ProcessHandle.current().pid());
    }

    /// Stops taking work at once. Steps end at their next shard or gradient update, later at their next decode step
    /// or micro-batch, for another worker to take; then the models are freed, never while a step still reads them.
    /// A step that has not ended by then is in native code: the process ends at once, since native code that is cut
    /// off while the JVM shuts down crashes it.
    @Override
    public void close() {
        rollout.ifPresent(Rollout::close);
        heartbeats.drain();
        factory.shutdown();
        factory.awaitTermination(FINISH.toSeconds(), TimeUnit.SECONDS);
        heartbeats.breakOff();
        factory.awaitTermination(BREAK_OFF.toSeconds(), TimeUnit.SECONDS);
        if (!factory.isTerminated()) {
            end(ExitCode.TERMINATED);
        }
        samplers.close();
        // Whatever it has not removed yet stays until the next collection.
        retiring.shutdownNow();
        tracker.ifPresent(MlflowTracker::close);
        policies.close();
        cache.close();
        store.close();
        temporal.close();
        telemetry.close();
    }

    private static void end(int exitCode) {
        Runtime.getRuntime().halt(exitCode);
    }
}
