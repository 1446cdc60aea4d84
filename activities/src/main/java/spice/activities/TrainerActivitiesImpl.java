package spice.activities;

import io.temporal.activity.Activity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.domain.Seed;
import spice.judging.Episode;
import spice.launcher.JobFailedException;
import spice.launcher.Launchers;
import spice.model.Trajectory;
import spice.policies.Host;
import spice.policies.OwnSampling;
import spice.roles.IterationSeeds;
import spice.runs.Failure;
import spice.runs.IterationRequest;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.StepProgress;
import spice.steps.Steps;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.Json;
import spice.store.StepKey;
import spice.training.LaunchedTraining;
import spice.training.OwnTraining;
import spice.training.SnapshotPace;
import spice.training.SnapshotStore;
import spice.training.TrainedState;
import spice.training.UpdateBatches;
import spice.workflows.TrainerActivities;
import spice.workflows.TrainerActivities.Trained;

/// One pass of DrGRPO over an iteration's episodes.
public final class TrainerActivitiesImpl implements TrainerActivities {
    private static final int VERSION = 3;

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path scratch;
    private final WorkerHeartbeats heartbeats;
    private final Optional<OwnSampling> sampling;
    private final Supplier<Launchers> launchers;
    private final OwnTraining own;

    /// @param scratch an empty folder that no other worker uses
    /// @param sampling the sampling that this worker does too, if any
    /// @param host what this worker trains on
    /// @param launchers the engines that may train in this worker's place; asked for by each step that names one
    public TrainerActivitiesImpl(
            BlobStore store,
            Path scratch,
            WorkerHeartbeats heartbeats,
            Optional<OwnSampling> sampling,
            Supplier<Launchers> launchers,
            Host host) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.scratch = scratch;
        this.heartbeats = heartbeats;
        this.sampling = sampling;
        this.launchers = launchers;
        this.own = new OwnTraining(store, sampling, host, SnapshotPace::of);
    }

    private record Inputs(BlobRef policy, BlobRef trajectories, String settings, int iteration) {}

    @Override
    public void requireTrainer(RunSettings settings) {
        if (!settings.trainer().equals(RunSettings.OWN_TRAINER)) {
            launchers.get().command(settings.trainer());
        }
    }

    @Override
    public Trained train(IterationRequest iteration, BlobRef trajectories) {
        try (Heartbeat heartbeat = heartbeats.start()) {
            return train(iteration, trajectories, heartbeat);
        } catch (JobFailedException e) {
            throw WorkerHeartbeats.failure(
                    Failure.JOB_FAILED, Activity.getExecutionContext().getInfo(), String.valueOf(e.getMessage()));
        }
    }

    public Trained train(IterationRequest iteration, BlobRef trajectories, StepProgress progress) {
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

    private TrainedState step(StepKey key, IterationRequest iteration, BlobRef trajectories, StepProgress progress) {
        RunSettings settings = iteration.settings();
        CheckpointManifest parent = checkpoints.manifest(iteration.policy());
        Seed seed = IterationSeeds.of(iteration).child("update");
        List<List<Trajectory>> batches =
                UpdateBatches.of(BlobList.get(store, trajectories, Episode.class), settings.updateBatch(), seed);
        if (batches.isEmpty()) {
            return new TrainedState(parent.files(), parent.optimizer(), parent.updates(), TrainMetrics.NONE);
        }
        Path folder = newFolder();
        try {
            return settings.trainer().equals(RunSettings.OWN_TRAINER)
                    ? own.take(new SnapshotStore(store, key), folder, settings, parent, batches, progress)
                    : new LaunchedTraining(store, launchers.get(), key, folder, settings, parent, batches, progress)
                            .take(seed);
        } finally {
            Folders.delete(folder);
        }
    }

    private Path newFolder() {
        try {
            return Files.createTempDirectory(scratch, "train-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write below %s".formatted(scratch), e);
        }
    }
}
