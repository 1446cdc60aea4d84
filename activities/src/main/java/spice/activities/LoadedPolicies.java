package spice.activities;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.settings.RunSettings;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;

/// The models that a worker keeps open: the policy of the moment and the base it is compared with. For one
/// activity at a time.
public final class LoadedPolicies implements Policies {
    /// The policy, the base, and the policy before it, which an evaluation may still ask for.
    private static final int OPEN = 3;
    /// Of weights that are kept open beside the ones in use: larger models are opened again when they are asked for.
    private static final long KEPT_BYTES = 1L << 30;
    /// Shards are sampled side by side, a thread each: two threads with one shard each beat one shard on two
    /// threads.
    public static final int THREADS_PER_SHARD = 1;

    private final CheckpointFolders folders;
    private final Host host;
    private final boolean trains;
    private final LinkedHashMap<Key, Loaded> loaded = new LinkedHashMap<>(OPEN, 0.75f, true);

    private record Key(String manifest, Dtype dtype) {}

    /// @param bytes of its weights
    private record Loaded(Path folder, LanguageModel model, long bytes) {}

    /// Keeps nothing yet.
    ///
    /// @param scratch a folder of this worker's own
    /// @param host of whose devices the first samples
    /// @param trains whether the worker trains as well, for which it then needs the memory too
    public LoadedPolicies(BlobStore store, Path scratch, Host host, boolean trains) {
        folders = new CheckpointFolders(store, scratch);
        this.host = host;
        this.trains = trains;
    }

    @Override
    public LanguageModel policy(CheckpointRef checkpoint, RunSettings settings) {
        Key key = new Key(checkpoint.manifest().sha256(), Dtypes.of(settings));
        Loaded found = loaded.get(key);
        if (found != null) {
            return found.model();
        }
        makeRoom();
        Loaded opened = folders.open(checkpoint, folder -> opened(folder, settings, key.dtype()));
        loaded.put(key, opened);
        if (loaded.size() > OPEN) {
            closeEldest();
        }
        return opened.model();
    }

    private Loaded opened(Path folder, RunSettings settings, Dtype dtype) {
        ModelConfig config = ModelFolder.config(folder);
        new RunMemory(config, settings, host).checkSampling(trains);
        return new Loaded(
                folder,
                LanguageModel.open(folder, dtype, THREADS_PER_SHARD, host.devices()),
                config.parameters() * dtype.bytes());
    }

    @Override
    public void makeRoom() {
        while (loaded.values().stream().mapToLong(Loaded::bytes).sum() > KEPT_BYTES) {
            closeEldest();
        }
    }

    private void closeEldest() {
        close(loaded.pollFirstEntry().getValue());
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
