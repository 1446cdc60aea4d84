package spice.activities;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.settings.RunSettings;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;

/// The models that a worker keeps open: the policy of the moment and the base it is compared with. For one
/// activity at a time.
public final class LoadedPolicies implements Policies {
    /// The policy, the base, and the policy before it, which an evaluation may still ask for.
    private static final int OPEN = 3;
    /// Shards are sampled side by side, a thread each: two threads with one shard each beat one shard on two
    /// threads.
    public static final int THREADS_PER_SHARD = 1;

    private final CheckpointFolders folders;
    private final Devices devices;
    private final LinkedHashMap<Key, Loaded> loaded = new LinkedHashMap<>(OPEN, 0.75f, true);

    private record Key(String manifest, Dtype dtype) {}

    private record Loaded(Path folder, LanguageModel model) {}

    /// Keeps nothing yet.
    ///
    /// @param scratch a folder of this worker's own
    /// @param devices of which the first samples
    public LoadedPolicies(BlobStore store, Path scratch, Devices devices) {
        folders = new CheckpointFolders(store, scratch);
        this.devices = devices;
    }

    @Override
    public LanguageModel policy(CheckpointRef checkpoint, RunSettings settings) {
        Key key = new Key(checkpoint.manifest().sha256(), Dtypes.of(settings));
        Loaded found = loaded.get(key);
        if (found != null) {
            return found.model();
        }
        Loaded opened = folders.open(
                checkpoint,
                folder -> new Loaded(folder, LanguageModel.open(folder, key.dtype(), THREADS_PER_SHARD, devices)));
        loaded.put(key, opened);
        if (loaded.size() > OPEN) {
            Map.Entry<Key, Loaded> eldest = loaded.firstEntry();
            loaded.remove(eldest.getKey());
            close(eldest.getValue());
        }
        return opened.model();
    }

    @Override
    public void close() {
        loaded.values().forEach(LoadedPolicies::close);
        loaded.clear();
    }

    private static void close(Loaded policy) {
        policy.model().close();
        CheckpointFolders.delete(policy.folder());
    }
}
