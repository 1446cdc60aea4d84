package spice.workers;

import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.tuning.CompositeTuner;
import io.temporal.worker.tuning.FixedSizeSlotSupplier;
import io.temporal.worker.tuning.WorkerTuner;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import spice.activities.ChallengerActivitiesImpl;
import spice.activities.CheckpointActivitiesImpl;
import spice.activities.CorpusActivitiesImpl;
import spice.activities.EvaluatorActivitiesImpl;
import spice.activities.JudgeActivitiesImpl;
import spice.activities.LoadedPolicies;
import spice.activities.ReasonerActivitiesImpl;
import spice.activities.Sampler;
import spice.activities.TrainerActivitiesImpl;
import spice.local.LocalSettings;
import spice.store.cache.BlobCache;
import spice.store.cache.CachedBlobStore;
import spice.store.s3.S3BlobStore;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// A worker process, put together by hand: connection, store, activities, queues.
///
/// ```
/// Temporal ── spice        : SelfPlayRun, SelfPlayIteration            (cpu)
///          ├─ spice-cpu    : ingest, draw, score, compare, open, commit (cpu)
///          ├─ spice-sample : pose, attempt, evaluate                    (sample) ─┐ one at a time
///          └─ spice-train  : train                                      (train)  ─┘ on the device
///                └─ Sampler ── LoadedPolicies ── CachedBlobStore ── S3BlobStore ── S3
/// ```
final class Wiring implements AutoCloseable {
    /// Steps that need no model are short; a few at a time keep several runs going.
    private static final int CPU_STEPS = 4;
    /// A server that has just been started answers within seconds; one that is being restarted within a minute.
    private static final Duration SERVER_PATIENCE = Duration.ofSeconds(60);
    /// How long a step may go on after the worker was told to stop: the rest of a shard or of a gradient update.
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final TemporalConnection temporal;
    private final S3BlobStore store;
    private final WorkerFactory factory;
    private final BlobCache cache;
    private final LoadedPolicies policies;
    private final ExecutorService samplers;
    private final Device device = new Device(Set.of(TaskQueues.SAMPLE, TaskQueues.TRAIN));

    private Wiring(WorkerSettings settings) {
        temporal = TemporalConnection.open(identity(settings), SERVER_PATIENCE);
        SearchAttributes.register(
                temporal.stubs(), temporal.client().getOptions().getNamespace());
        store = S3BlobStore.open(LocalSettings.from(System.getenv()).s3());
        cache = BlobCache.open(settings.cache(), settings.cacheBytes(), Clock.systemUTC());
        CachedBlobStore models = new CachedBlobStore(store, cache);
        policies = new LoadedPolicies(models, cache.ownFolder());
        samplers = Executors.newFixedThreadPool(
                settings.samplers(),
                Thread.ofPlatform().name("sampler-", 0).daemon().factory());
        factory = WorkerFactory.newInstance(
                temporal.client(),
                WorkerFactoryOptions.newBuilder()
                        .setUsingVirtualWorkflowThreads(true)
                        .setWorkerInterceptors(device.gate())
                        .build());
        settings.queues().forEach(queue -> {
            switch (queue) {
                case CPU -> takeCpuWork(settings);
                case SAMPLE -> takeSampling();
                case TRAIN ->
                    onDevice(TaskQueues.TRAIN)
                            .registerActivitiesImplementations(new TrainerActivitiesImpl(models, cache.ownFolder()));
            }
        });
    }

    static Wiring start(WorkerSettings settings) {
        Wiring wiring = new Wiring(settings);
        wiring.factory.start();
        return wiring;
    }

    private void takeCpuWork(WorkerSettings settings) {
        factory.newWorker(TaskQueues.RUNS)
                .registerWorkflowImplementationTypes(SelfPlayRunImpl.class, SelfPlayIterationImpl.class);
        Worker worker = factory.newWorker(
                TaskQueues.CPU,
                WorkerOptions.newBuilder()
                        .setMaxConcurrentActivityExecutionSize(CPU_STEPS)
                        .build());
        worker.registerActivitiesImplementations(
                new CorpusActivitiesImpl(store, settings.corpora(), settings.models()),
                new JudgeActivitiesImpl(store),
                new CheckpointActivitiesImpl(store, settings.models(), Hardware.describe()));
    }

    private void takeSampling() {
        Sampler sampler = new Sampler(store, policies, samplers);
        onDevice(TaskQueues.SAMPLE)
                .registerActivitiesImplementations(
                        new ChallengerActivitiesImpl(sampler),
                        new ReasonerActivitiesImpl(sampler),
                        new EvaluatorActivitiesImpl(sampler));
    }

    private Worker onDevice(String queue) {
        WorkerTuner tuner = new CompositeTuner(
                new FixedSizeSlotSupplier<>(1), device, new FixedSizeSlotSupplier<>(1), new FixedSizeSlotSupplier<>(1));
        return factory.newWorker(
                queue, WorkerOptions.newBuilder().setWorkerTuner(tuner).build());
    }

    private static String identity(WorkerSettings settings) {
        return "spice %s %d"
                .formatted(
                        settings.queues().stream().sorted().toList(),
                        ProcessHandle.current().pid());
    }

    /// Stops taking work, lets the current step end or break off at its next shard, and frees the models. Only
    /// then may the process end: native code that is cut off in a backward pass takes the JVM down with it.
    @Override
    public void close() {
        factory.shutdown();
        factory.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
        factory.shutdownNow();
        // Waits for the shards that are being sampled: their models must not be closed under them.
        samplers.close();
        policies.close();
        cache.close();
        store.close();
        temporal.close();
    }
}
