package spice.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.ModelFiles;
import spice.model.Learner;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.Json;
import spice.store.StepKey;
import spice.store.StoreException;

/// The snapshots of one training step. Their records are named after the step's result: the result
/// `train/v1/DIGEST` has the snapshots `snapshots/train/v1/DIGEST/NUMBER`, where NUMBER counts the updates taken.
/// Snapshots are useless once the result is there.
public final class SnapshotStore {
    private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);

    private final BlobStore store;
    private final String prefix;

    public SnapshotStore(BlobStore store, StepKey step) {
        this.store = store;
        this.prefix = "snapshots/%s/v%d/%s/".formatted(step.step(), step.version(), step.inputs());
    }

    /// A snapshot whose files are fetched.
    ///
    /// @param old log-probabilities from before the first update
    record Reached(Path model, Path optimizer, List<float[][]> old, List<UpdateReport> reports) {}

    /// The newest snapshot that is whole, with its files; empty if there is none.
    ///
    /// @param folder receives the files
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

    /// Stores the learner's state after the reported updates. A snapshot that is there already has the same
    /// content.
    ///
    /// @param folder created for files in transit, then deleted
    void put(Learner learner, BlobRef logProbs, List<UpdateReport> reports, Path folder) {
        Path optimizer = folder.resolveSibling(folder.getFileName() + ".optimizer");
        learner.saveModel(folder);
        learner.saveOptimizer(optimizer);
        Snapshot snapshot = new Snapshot(ModelFiles.put(store, folder), store.put(optimizer), logProbs, reports);
        store.create(prefix + "%08d".formatted(reports.size()), Json.bytes(snapshot));
        Folders.delete(folder);
        Folders.delete(optimizer);
    }
}
