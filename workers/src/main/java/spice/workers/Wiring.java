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
import spice.activities.Checkpoints;
import spice.activities.CorpusActivitiesImpl;
import spice.activities.EvaluatorActivitiesImpl;
import spice.activities.Heartbeats;
import spice.activities.JudgeActivitiesImpl;
import spice.activities.LoadedPolicies;
import spice.activities.OwnSampling;
import spice.activities.Policies;
import spice.activities.ReasonerActivitiesImpl;
import spice.activities.Sampler;
import spice.activities.ScheduleActivitiesImpl;
import spice.activities.TrainerActivitiesImpl;
import spice.launcher.Launchers;
import spice.local.LocalSettings;
import spice.local.UserError;
import spice.report.Report;
import spice.store.cache.BlobCache;
import spice.store.cache.CachedBlobStore;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.telemetry.StepMeters;
import spice.telemetry.Telemetry;
import spice.tracking.EndedRuns;
import spice.tracking.MlflowSettings;
import spice.tracking.MlflowTracker;
import spice.vllm.VllmPolicies;
import spice.vllm.VllmUnusable;
import spice.workflows.Failure;
import spice.workflows.NightlyImpl;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// A worker process, put together by hand: connection, store, activities, queues.
///
/// ```
/// Temporal ── spice        : Nightly, SelfPlayRun, SelfPlayIteration   (cpu)  ─ versioned: Rollout
///          ├─ spice-cpu    : ingest, draw, score, compare, open, commit (cpu)
///          ├─ spice-sample, spice-sample@NAME : pose, attempt, evaluate (sample) ─┐ one at a time
///          └─ spice-train  : train                                      (train)  ─┘ on the device
///                └─ Sampler ── LoadedPolicies ── CachedBlobStore ── S3BlobStore ── S3
///                           or VllmPolicies ──┘ and a vLLM server
/// ```
final class Wiring implements AutoCloseable {
    /// Steps that need no model are short; a few at a time keep several runs going.
    private static final int CPU_STEPS = 4;
    /// A server that has just been started answers within seconds; one that is being restarted within a minute.
    private static final Duration SERVER_PATIENCE = Duration.ofSeconds(60);
    /// How long a shard or a gradient update may go on after the worker was told to stop, and a decode step or a
    /// micro-batch after that. Together less than a stack waits for its workers.
    private static final Duration FINISH = Duration.ofSeconds(8);

    private static final Duration BREAK_OFF = Duration.ofSeconds(10);

    private final WorkerDeploymentVersion build = WorkflowBuild.ours();
    private static final Logger log = LoggerFactory.getLogger(Wiring.class);

    private final Telemetry telemetry;
    private final TemporalConnection temporal;
    private final S3BlobStore store;
    private final WorkerFactory factory;
    private final BlobCache cache;
    private final Policies policies;
    private final ExecutorService samplers;
    private final Heartbeats heartbeats;
    private final Device device;
    private Optional<Rollout> rollout = Optional.empty();
    private final Optional<MlflowTracker> tracker;

    private Wiring(WorkerSettings settings) {
        telemetry = telemetry(settings);
        MeterRegistry meters = telemetry.meters();
        temporal = TemporalConnection.open(identity(settings), SERVER_PATIENCE, telemetry.temporal());
        SearchAttributes.register(
                temporal.stubs(), temporal.client().getOptions().getNamespace());
        store = S3BlobStore.open(LocalSettings.from(System.getenv()).s3(), meters);
        cache = BlobCache.open(settings.cache(), settings.cacheBytes(), Clock.systemUTC());
        CachedBlobStore models = new CachedBlobStore(store, cache);
        heartbeats = new Heartbeats(
                temporal.client().newActivityCompletionClient(), settings.patience(), () -> end(ExitCode.STUCK));
        policies = policies(settings, models, cache);
        samplers = Executors.newFixedThreadPool(
                settings.samplers(),
                Thread.ofPlatform().name("sampler-", 0).daemon().factory());
        Optional<String> ownSampling = settings.ownSampling();
        device = new Device(
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

    private static Policies policies(WorkerSettings settings, CachedBlobStore models, BlobCache cache) {
        if (settings.vllm().isEmpty()) {
            return new LoadedPolicies(
                    models,
                    cache.ownFolder(),
                    settings.host(),
                    settings.queues().contains(WorkerSettings.Queue.TRAIN));
        }
        try {
            return VllmPolicies.open(settings.vllm().get(), models, cache.ownFolder());
        } catch (VllmUnusable e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }

    private static Telemetry telemetry(WorkerSettings settings) {
        try {
            return Telemetry.start(
                    settings.name(),
                    settings.meters(),
                    LocalSettings.from(System.getenv()).meters());
        } catch (IOException e) {
            throw new UserError("the worker's meters cannot be offered at %s (%s); name another address by --metrics"
                    .formatted(settings.meters(), e.getMessage()));
        }
    }

    private static Launchers launchers(WorkerSettings settings) {
        S3Location location = LocalSettings.from(System.getenv()).s3();
        try {
            return new Launchers(
                    settings.launchers().map(Launchers::read).orElse(Map.of()),
                    location.bucket(),
                    location.variables());
        } catch (IllegalArgumentException e) {
            throw Failure.LAUNCHER_UNKNOWN.because(e);
        }
    }

    private static String address(S3Location location) {
        return "%s/%s".formatted(location.endpoint().map(URI::toString).orElse("s3:/"), location.bucket());
    }

    /// Empty if no MLflow server is named, or in a way that cannot be used: no run fails by it.
    private Optional<MlflowTracker> tracker() {
        try {
            return MlflowSettings.from(System.getenv())
                    .map(server -> MlflowTracker.start(
                            server,
                            store,
                            address(LocalSettings.from(System.getenv()).s3()),
                            new RunStatus(temporal)::of,
                            this::ended,
                            Clock.systemUTC()));
        } catch (IllegalArgumentException e) {
            log.warn("MLflow is not told of runs: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// The report of a run that has ended, which is put into the store.
    private Optional<EndedRuns.Page> ended(String lineage) {
        RunStanding standing = new RunStanding(temporal, Optional.empty());
        Report report = Report.of(
                store,
                address(LocalSettings.from(System.getenv()).s3()),
                lineage,
                new Checkpoints(store).last(lineage),
                standing.standing(lineage),
                standing.page(lineage));
        return Optional.of(new EndedRuns.Page(report.html(), report.put(store)));
    }

    private static void meter(MeterRegistry meters, CachedBlobStore models, Heartbeats heartbeats, Device device) {
        FunctionCounter.builder("spice.cache.files", models, CachedBlobStore::hits)
                .tag("outcome", "hit")
                .register(meters);
        FunctionCounter.builder("spice.cache.files", models, CachedBlobStore::misses)
                .tag("outcome", "miss")
                .register(meters);
        Gauge.builder("spice.steps.under.way", heartbeats, Heartbeats::stepsUnderWay)
                .register(meters);
        TimeGauge.builder(
                        "spice.step.silence",
                        heartbeats,
                        TimeUnit.MILLISECONDS,
                        of -> of.longestSilence().toMillis())
                .description("since the last sign of progress of the step that has stood still longest")
                .register(meters);
        Gauge.builder("spice.device.busy", device, of -> of.isBusy() ? 1 : 0).register(meters);
        FunctionCounter.builder("spice.device.turned.away", device, Device::turnedAway)
                .description("steps that were handed back, because another had taken the device")
                .register(meters);
    }

    static Wiring start(WorkerSettings settings) {
        if (!settings.queues().equals(Set.of(WorkerSettings.Queue.CPU))) {
            settings.devices().test();
        }
        Wiring wiring = new Wiring(settings);
        wiring.factory.start();
        if (settings.queues().contains(WorkerSettings.Queue.CPU)) {
            wiring.rollout =
                    Optional.of(Rollout.start(wiring.temporal, wiring.build, settings.name(), settings.makeCurrent()));
        }
        return wiring;
    }

    /// Workflows, as this build has them.
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
                        SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
    }

    private void takeCpuWork(WorkerSettings settings) {
        takeRuns(factory, build);
        Worker worker = factory.newWorker(
                TaskQueues.CPU,
                Heartbeats.options()
                        .setMaxConcurrentActivityExecutionSize(CPU_STEPS)
                        .build());
        worker.registerActivitiesImplementations(
                new CorpusActivitiesImpl(store, settings.corpora(), settings.models(), heartbeats),
                new JudgeActivitiesImpl(store, heartbeats),
                new CheckpointActivitiesImpl(
                        store, settings.models(), Hardware.describe(), Spice.version(), heartbeats, Clock.systemUTC()),
                new ScheduleActivitiesImpl(temporal.client()));
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

    /// Stops taking work at once, lets steps end at their next shard or gradient update, then at their next decode
    /// step or micro-batch, for another worker to take, and frees the models: never under a step that still reads
    /// them. A step that does not end even so is in native code; then the process ends at once, since native code
    /// that is cut off later, while the JVM ends, takes it down with a crash.
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
