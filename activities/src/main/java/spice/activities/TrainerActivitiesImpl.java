package spice.activities;

import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.domain.Seed;
import spice.launcher.JobFailedException;
import spice.launcher.Launchers;
import spice.model.AdaptedMatrix;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.Lora;
import spice.model.LossSettings;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;
import spice.workflows.Failure;
import spice.workflows.IterationRequest;
import spice.workflows.TrainMetrics;
import spice.workflows.Trained;
import spice.workflows.TrainerActivities;

/// One pass of DrGRPO over an iteration's episodes.
public final class TrainerActivitiesImpl implements TrainerActivities {
    private static final int VERSION = 2;
    private static final double ADAM_EPSILON = 1e-8;
    private static final Logger log = LoggerFactory.getLogger(TrainerActivitiesImpl.class);

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;
    private final Heartbeats heartbeats;
    private final Optional<OwnSampling> sampling;
    private final Supplier<Launchers> launchers;
    private final Host host;
    private final Function<Duration, SnapshotPace> pace;

    /// Trains on this worker.
    ///
    /// @param scratch an empty folder of this worker's own
    /// @param sampling that this worker does as well, if it does
    /// @param host that it trains on
    /// @param launchers of the jobs that may train in this worker's place; asked for each step that names one
    public TrainerActivitiesImpl(
            BlobStore store,
            Path scratch,
            Heartbeats heartbeats,
            Optional<OwnSampling> sampling,
            Supplier<Launchers> launchers,
            Host host) {
        this(store, scratch, heartbeats, sampling, launchers, host, SnapshotPace::of);
    }

    /// @param pace of a step's snapshots, given what one is guessed to take
    TrainerActivitiesImpl(
            BlobStore store,
            Path scratch,
            Heartbeats heartbeats,
            Optional<OwnSampling> sampling,
            Supplier<Launchers> launchers,
            Host host,
            Function<Duration, SnapshotPace> pace) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
        this.heartbeats = heartbeats;
        this.sampling = sampling;
        this.launchers = launchers;
        this.host = host;
        this.pace = pace;
    }

    private record Inputs(BlobRef policy, BlobRef trajectories, String settings, int iteration) {}

    @Override
    public Trained train(IterationRequest iteration, BlobRef trajectories) {
        try (Heartbeat heartbeat = heartbeats.start()) {
            return train(iteration, trajectories, heartbeat);
        } catch (JobFailedException e) {
            throw Heartbeats.failure(
                    Failure.JOB_FAILED, Activity.getExecutionContext().getInfo(), String.valueOf(e.getMessage()));
        }
    }

    Trained train(IterationRequest iteration, BlobRef trajectories, Progress progress) {
        long started = System.nanoTime();
        Inputs inputs = new Inputs(
                iteration.policy().manifest(),
                trajectories,
                SettingsIdentity.digest(iteration.settings()),
                iteration.number());
        StepKey key = new StepKey("train", VERSION, Json.digest(inputs));
        BlobRef state = new Steps(store)
                .once(key, () -> store.put(Json.bytes(step(key, iteration, trajectories, progress))))
                .blob();
        TrainedState trained = Json.read(store.get(state), TrainedState.class, "trained state");
        return new Trained(
                state,
                trained.updates(),
                trained.metrics().in((System.nanoTime() - started) / 1e9),
                sampling.map(OwnSampling::queue));
    }

    private TrainedState step(StepKey key, IterationRequest iteration, BlobRef trajectories, Progress progress) {
        RunSettings settings = iteration.settings();
        CheckpointManifest parent = checkpoints.manifest(iteration.policy());
        Seed seed = IterationSeeds.of(iteration).child("update");
        List<List<Trajectory>> batches =
                UpdateBatches.of(Blobs.get(store, trajectories, Episode.class), settings.updateBatch(), seed);
        if (batches.isEmpty()) {
            return new TrainedState(parent.files(), parent.optimizer(), parent.updates(), TrainMetrics.NONE);
        }
        Path folder = newFolder();
        try {
            return settings.trainer().equals(RunSettings.OWN_TRAINER)
                    ? new Pass(new Snapshots(store, key), folder, settings, parent, batches, progress).take()
                    : new LaunchedTraining(store, launchers.get(), key, folder, settings, parent, batches, progress)
                            .take(seed);
        } finally {
            CheckpointFolders.delete(folder);
        }
    }

    private Path newFolder() {
        try {
            return Files.createTempDirectory(scratch, "train-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write below %s".formatted(scratch), e);
        }
    }

    /// How a run's settings let the learner compute and step.
    public static LearnerSettings learnerSettings(RunSettings settings) {
        return new LearnerSettings(
                settings.trainThreads(),
                settings.microBatchTokens(),
                settings.beta1(),
                settings.beta2(),
                ADAM_EPSILON,
                settings.weightDecay(),
                settings.maxGradientNorm(),
                Dtypes.of(settings),
                settings.recompute() == RunSettings.Recompute.LAYERS,
                lora(settings));
    }

    private static Optional<Lora> lora(RunSettings settings) {
        if (settings.loraRank() == 0) {
            return Optional.empty();
        }
        Set<AdaptedMatrix> targets = settings.adaptedMatrices().stream()
                .map(name -> AdaptedMatrix.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        long seed = new Seed(settings.seed()).child("adapters").value();
        return Optional.of(new Lora(settings.loraRank(), settings.loraAlpha(), targets, seed));
    }

    /// The loss that a run's settings ask for.
    public static LossSettings lossSettings(RunSettings settings) {
        return new LossSettings(
                settings.clip(), settings.truncation(), 0, settings.lossDivisor(), settings.temperature());
    }

    /// One pass over the batches.
    private final class Pass {
        private final Snapshots snapshots;
        private final Path folder;
        private final RunSettings settings;
        private final CheckpointManifest parent;
        private final List<List<Trajectory>> batches;
        private final Progress progress;
        private final LossSettings loss;

        Pass(
                Snapshots snapshots,
                Path folder,
                RunSettings settings,
                CheckpointManifest parent,
                List<List<Trajectory>> batches,
                Progress progress) {
            this.snapshots = snapshots;
            this.folder = folder;
            this.settings = settings;
            this.parent = parent;
            this.batches = batches;
            this.progress = progress;
            this.loss = lossSettings(settings);
        }

        TrainedState take() {
            progress.now("opening the model of iteration %d".formatted(parent.iteration()));
            long begun = System.nanoTime();
            Optional<Snapshots.Reached> reached =
                    batches.size() == 1 ? Optional.empty() : snapshots.newest(batches, folder);
            Path model = reached.map(Snapshots.Reached::model).orElseGet(this::fetchedParent);
            Optional<Path> optimizer = reached.map(Snapshots.Reached::optimizer).or(this::fetchedOptimizer);
            try (Learner learner = opened(model, optimizer)) {
                SnapshotPace opened = pace.apply(Duration.ofNanos(System.nanoTime() - begun));
                List<UpdateReport> reports = updated(learner, reached, opened);
                log.info("{} updates in {}", reports.size(), opened);
                return saved(learner, folder.resolve("child"), parent.updates() + reports.size(), settings, reports);
            }
        }

        private Learner opened(Path model, Optional<Path> optimizer) {
            sampling.ifPresent(beside -> beside.policies().makeRoom());
            try {
                new RunMemory(ModelFolder.config(model), settings, host).checkTraining(sampling.isPresent());
                return Learner.open(model, optimizer, learnerSettings(settings), host.devices(), progress);
            } catch (ModelException e) {
                throw Failure.MODEL_UNUSABLE.because(e);
            }
        }

        private Path fetchedParent() {
            Path model = folder.resolve("parent");
            ModelFiles.fetch(store, parent.files(), model);
            return model;
        }

        private Optional<Path> fetchedOptimizer() {
            return parent.optimizer().map(blob -> {
                Path file = folder.resolve("optimizer.safetensors");
                store.copyTo(blob, file);
                return file;
            });
        }

        private List<UpdateReport> updated(
                Learner learner, Optional<Snapshots.Reached> reached, SnapshotPace snapshotPace) {
            try {
                return batches.size() == 1
                        ? List.of(single(learner, batches.getFirst()))
                        : several(learner, reached, snapshotPace);
            } catch (ModelException e) {
                throw diverged(String.valueOf(e.getMessage()), settings);
            }
        }

        private UpdateReport single(Learner learner, List<Trajectory> batch) {
            progress.now("update 1 of 1");
            return learner.update(batch, loss, learningRate(settings, parent.updates()));
        }

        /// Several updates, all against the log-probabilities from before the first.
        private List<UpdateReport> several(
                Learner learner, Optional<Snapshots.Reached> reached, SnapshotPace snapshotPace) {
            List<float[][]> old = reached.map(Snapshots.Reached::old).orElseGet(() -> logProbs(learner));
            List<UpdateReport> reports =
                    new ArrayList<>(reached.map(Snapshots.Reached::reports).orElse(List.of()));
            int from = reports.size();
            for (int i = from; i < batches.size(); i++) {
                if (i > from && (snapshotPace.isDue() || (progress.isStopping() && snapshotPace.pays()))) {
                    snapshotPace.take(() -> snapshots.put(
                            learner, store.put(LogProbs.bytes(old)), reports, folder.resolve("snapshot")));
                }
                progress.now("update %d of %d".formatted(i + 1, batches.size()));
                reports.add(
                        learner.update(batches.get(i), old.get(i), loss, learningRate(settings, parent.updates() + i)));
            }
            return reports;
        }

        private List<float[][]> logProbs(Learner learner) {
            progress.now("log-probabilities before %d updates".formatted(batches.size()));
            return batches.stream()
                    .map(batch -> learner.logProbs(batch, settings.temperature()))
                    .toList();
        }
    }

    static ApplicationFailure diverged(String words, RunSettings settings) {
        return Failure.TRAINING_DIVERGED.because("%s (learningRate is %s)".formatted(words, settings.learningRate()));
    }

    /// Rises linearly over the warm-up, then stays: without it, the first steps of Adam, whose moments know one
    /// gradient only, undo some of what the base can do.
    static double learningRate(RunSettings settings, long update) {
        return settings.learningRate() * Math.min(1, (update + 1.0) / Math.max(1, settings.warmUpUpdates()));
    }

    private TrainedState saved(
            Learner learner, Path child, long updates, RunSettings settings, List<UpdateReport> reports) {
        learner.saveModel(child);
        Path optimizer = child.resolveSibling("optimizer-next.safetensors");
        learner.saveOptimizer(optimizer);
        return new TrainedState(
                ModelFiles.put(store, child),
                Optional.of(store.put(optimizer)),
                updates,
                metrics(reports, learningRate(settings, updates - 1)));
    }

    static TrainMetrics metrics(List<UpdateReport> reports, double learningRate) {
        return new TrainMetrics(
                reports.size(),
                learningRate,
                mean(reports.stream().map(UpdateReport::loss)),
                mean(reports.stream().map(UpdateReport::gradientNorm)),
                mean(reports.stream().map(UpdateReport::clipShare)),
                mean(reports.stream().map(UpdateReport::truncatedShare)),
                mean(reports.stream().map(UpdateReport::entropy)),
                mean(reports.stream().map(UpdateReport::samplerLearnerDifference)),
                reports.stream().mapToLong(UpdateReport::tokens).sum(),
                0);
    }

    private static double mean(Stream<Double> values) {
        return values.mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
