package spice.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import spice.domain.Seed;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.model.ModelException;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.Failure;
import spice.workflows.IterationRequest;
import spice.workflows.TrainMetrics;
import spice.workflows.Trained;
import spice.workflows.TrainerActivities;

/// One pass of DrGRPO over an iteration's episodes.
public final class TrainerActivitiesImpl implements TrainerActivities {
    private static final int VERSION = 1;
    private static final double ADAM_EPSILON = 1e-8;

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;

    /// Trains on this worker.
    ///
    /// @param scratch an empty folder of this worker's own
    public TrainerActivitiesImpl(BlobStore store, Path scratch) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
    }

    private record Inputs(BlobRef policy, BlobRef trajectories, String settings, int iteration) {}

    @Override
    public Trained train(IterationRequest iteration, BlobRef trajectories) {
        long started = System.nanoTime();
        Inputs inputs = new Inputs(
                iteration.policy().manifest(),
                trajectories,
                SettingsIdentity.digest(iteration.settings()),
                iteration.number());
        try (Heartbeat heartbeat = Heartbeat.start()) {
            BlobRef state = new Steps(store)
                    .once(
                            "train",
                            VERSION,
                            inputs,
                            () -> store.put(Json.bytes(step(iteration, trajectories, heartbeat))))
                    .blob();
            TrainedState trained = Json.read(store.get(state), TrainedState.class, "trained state");
            return new Trained(
                    state,
                    trained.updates(),
                    trained.metrics().in((System.nanoTime() - started) / 1e9),
                    Optional.empty());
        }
    }

    private TrainedState step(IterationRequest iteration, BlobRef trajectories, Heartbeat heartbeat) {
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
            Path model = folder.resolve("parent");
            ModelFiles.fetch(store, parent.files(), model);
            Optional<Path> optimizer = parent.optimizer().map(blob -> {
                Path file = folder.resolve("optimizer.safetensors");
                store.copyTo(blob, file);
                return file;
            });
            try (Learner learner = Learner.open(model, optimizer, learnerSettings(settings))) {
                List<UpdateReport> reports = updated(learner, batches, settings, parent.updates(), heartbeat);
                return saved(learner, folder.resolve("child"), parent.updates() + reports.size(), settings, reports);
            }
        } finally {
            LoadedPolicies.delete(folder);
        }
    }

    private Path newFolder() {
        try {
            return Files.createTempDirectory(scratch, "train-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write below %s".formatted(scratch), e);
        }
    }

    private static LearnerSettings learnerSettings(RunSettings settings) {
        return new LearnerSettings(
                settings.trainThreads(),
                settings.microBatchTokens(),
                settings.beta1(),
                settings.beta2(),
                ADAM_EPSILON,
                settings.weightDecay(),
                settings.maxGradientNorm());
    }

    private static List<UpdateReport> updated(
            Learner learner, List<List<Trajectory>> batches, RunSettings settings, long updates, Heartbeat heartbeat) {
        try {
            return update(learner, batches, settings, updates, heartbeat);
        } catch (ModelException e) {
            throw Failure.TRAINING_DIVERGED.because(
                    "%s (learningRate is %s)".formatted(e.getMessage(), settings.learningRate()));
        }
    }

    /// The gradient updates of the pass, all against the log-probabilities from before the first.
    private static List<UpdateReport> update(
            Learner learner, List<List<Trajectory>> batches, RunSettings settings, long updates, Heartbeat heartbeat) {
        LossSettings loss = new LossSettings(
                settings.clip(), settings.truncation(), 0, settings.lossDivisor(), settings.temperature());
        if (batches.size() == 1) {
            return List.of(learner.update(batches.getFirst(), loss, learningRate(settings, updates)));
        }
        List<float[][]> old = batches.stream()
                .map(batch -> learner.logProbs(batch, settings.temperature()))
                .toList();
        List<UpdateReport> reports = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            heartbeat.now("update %d of %d".formatted(i + 1, batches.size()));
            reports.add(learner.update(batches.get(i), old.get(i), loss, learningRate(settings, updates + i)));
        }
        return reports;
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

    private static TrainMetrics metrics(List<UpdateReport> reports, double learningRate) {
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
