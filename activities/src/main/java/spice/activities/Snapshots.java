package spice.activities;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.model.Learner;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;
import spice.store.StoreException;

/// The snapshots of one training step, in records named after the step's result: `snapshots/train/v1/DIGEST/NUMBER`
/// stands beside the result's `train/v1/DIGEST`, with the number of updates taken. They are of no use once the
/// result is there.
final class Snapshots {
    private static final Logger log = LoggerFactory.getLogger(Snapshots.class);

    private final BlobStore store;
    private final String prefix;

    Snapshots(BlobStore store, StepKey step) {
        this.store = store;
        this.prefix = "snapshots/%s/v%d/%s/".formatted(step.step(), step.version(), step.inputs());
    }

    /// Where a step has got to, with its files fetched.
    ///
    /// @param old log-probabilities from before the first update
    record Reached(Path model, Path optimizer, List<float[][]> old, List<UpdateReport> reports) {}

    /// The newest one that is whole.
    ///
    /// @param folder its files are written below
    Optional<Reached> newest(List<List<Trajectory>> batches, Path folder) {
        for (String name : store.list(prefix).reversed()) {
            try {
                Optional<Reached> reached = store.read(name)
                        .map(record -> Json.read(record, Snapshot.class, "snapshot " + name))
                        .map(snapshot -> fetch(snapshot, batches, folder));
                if (reached.isPresent()) {
                    log.info("going on from {}", name);
                    return reached;
                }
            } catch (StoreException e) {
                log.warn("{} cannot be used; looking for an older one", name, e);
            }
        }
        return Optional.empty();
    }

    private Reached fetch(Snapshot snapshot, List<List<Trajectory>> batches, Path folder) {
        Path model = folder.resolve("snapshot-%d".formatted(snapshot.reports().size()));
        Path optimizer = model.resolveSibling(model.getFileName() + ".optimizer");
        ModelFiles.fetch(store, snapshot.files(), model);
        store.copyTo(snapshot.optimizer(), optimizer);
        return new Reached(model, optimizer, LogProbs.of(store.get(snapshot.logProbs()), batches), snapshot.reports());
    }

    /// Keeps what the learner has become by the updates reported. One that is there already is the same.
    ///
    /// @param folder is made, for the files on their way
    void put(Learner learner, BlobRef logProbs, List<UpdateReport> reports, Path folder) {
        Path optimizer = folder.resolveSibling(folder.getFileName() + ".optimizer");
        learner.saveModel(folder);
        learner.saveOptimizer(optimizer);
        Snapshot snapshot = new Snapshot(ModelFiles.put(store, folder), store.put(optimizer), logProbs, reports);
        store.create(prefix + "%08d".formatted(reports.size()), Json.bytes(snapshot));
        CheckpointFolders.delete(folder);
        CheckpointFolders.delete(optimizer);
    }
}
