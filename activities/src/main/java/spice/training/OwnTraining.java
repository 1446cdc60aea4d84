package spice.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.ModelFiles;
import spice.model.Learner;
import spice.model.LossSettings;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.policies.Host;
import spice.policies.ModelSettings;
import spice.policies.OwnSampling;
import spice.policies.RunMemory;
import spice.runs.Failure;
import spice.settings.RunSettings;
import spice.steps.StepProgress;
import spice.store.BlobStore;

/// A training step on this worker: the parent checkpoint, one gradient update a batch, the next checkpoint.
public final class OwnTraining {
    private static final Logger log = LoggerFactory.getLogger(OwnTraining.class);

    private final BlobStore store;
    private final Optional<OwnSampling> sampling;
    private final Host host;
    private final Function<Duration, SnapshotPace> pace;

    /// @param sampling the sampling that this worker does too, if any
    /// @param host what this worker trains on
    /// @param pace of a step's snapshots, given the guessed duration of one
    public OwnTraining(
            BlobStore store, Optional<OwnSampling> sampling, Host host, Function<Duration, SnapshotPace> pace) {
        this.store = store;
        this.sampling = sampling;
        this.host = host;
        this.pace = pace;
    }

    /// Trains on the batches, from the step's newest snapshot if there is one.
    ///
    /// @param folder an existing folder for files in transit
    /// @param batches at least one
    public TrainedState take(
            SnapshotStore snapshots,
            Path folder,
            RunSettings settings,
            CheckpointManifest parent,
            List<List<Trajectory>> batches,
            StepProgress progress) {
        return new Pass(snapshots, folder, settings, parent, batches, progress).take();
    }

    /// One pass over the batches.
    private final class Pass {
        private final SnapshotStore snapshots;
        private final Path folder;
        private final RunSettings settings;
        private final CheckpointManifest parent;
        private final List<List<Trajectory>> batches;
        private final StepProgress progress;
        private final LossSettings loss;

        Pass(
                SnapshotStore snapshots,
                Path folder,
                RunSettings settings,
                CheckpointManifest parent,
                List<List<Trajectory>> batches,
                StepProgress progress) {
            this.snapshots = snapshots;
            this.folder = folder;
            this.settings = settings;
            this.parent = parent;
            this.batches = batches;
            this.progress = progress;
            this.loss = ModelSettings.loss(settings);
        }

        TrainedState take() {
            progress.now("opening the model of iteration %d".formatted(parent.iteration()));
            long begun = System.nanoTime();
            Optional<SnapshotStore.Reached> reached =
                    batches.size() == 1 ? Optional.empty() : snapshots.newest(batches, folder);
            Path model = reached.map(SnapshotStore.Reached::model).orElseGet(this::fetchedParent);
            Optional<Path> optimizer =
                    reached.map(SnapshotStore.Reached::optimizer).or(this::fetchedOptimizer);
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
                return Learner.open(model, optimizer, ModelSettings.learner(settings), host.devices(), progress);
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
                Learner learner, Optional<SnapshotStore.Reached> reached, SnapshotPace snapshotPace) {
            try {
                return batches.size() == 1
                        ? List.of(single(learner, batches.getFirst()))
                        : several(learner, reached, snapshotPace);
            } catch (ModelException e) {
                throw TrainingOutcome.diverged(String.valueOf(e.getMessage()), settings);
            }
        }

        private UpdateReport single(Learner learner, List<Trajectory> batch) {
            progress.now("train", 0, 1, "updates");
            return learner.update(batch, Optional.empty(), loss, LearningRate.at(settings, parent.updates()));
        }

        /// Takes several updates, all against the log-probabilities from before the first.
        private List<UpdateReport> several(
                Learner learner, Optional<SnapshotStore.Reached> reached, SnapshotPace snapshotPace) {
            List<float[][]> old = reached.map(SnapshotStore.Reached::old).orElseGet(() -> logProbs(learner));
            List<UpdateReport> reports =
                    new ArrayList<>(reached.map(SnapshotStore.Reached::reports).orElse(List.of()));
            int from = reports.size();
            for (int i = from; i < batches.size(); i++) {
                if (i > from && (snapshotPace.isDue() || (progress.isStopping() && snapshotPace.pays()))) {
                    snapshotPace.take(() -> snapshots.put(
                            learner, store.put(LogProbs.bytes(old)), reports, folder.resolve("snapshot")));
                }
                progress.now("train", i, batches.size(), "updates");
                reports.add(learner.update(
                        batches.get(i),
                        Optional.of(old.get(i)),
                        loss,
                        LearningRate.at(settings, parent.updates() + i)));
            }
            return reports;
        }

        private List<float[][]> logProbs(Learner learner) {
            List<float[][]> old = new ArrayList<>();
            for (List<Trajectory> batch : batches) {
                progress.now("log-probabilities before training", old.size(), batches.size(), "batches");
                old.add(learner.logProbs(batch, settings.temperature()));
            }
            return old;
        }
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
                TrainingOutcome.metrics(reports, LearningRate.at(settings, updates - 1)));
    }
}
