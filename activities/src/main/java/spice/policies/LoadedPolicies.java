package spice.policies;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import spice.checkpoints.CheckpointFolders;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.store.BlobStore;
import spice.store.Folders;

/// The models that a worker keeps open: the current policy and the base it is compared with. One activity at a time
/// may use them.
public final class LoadedPolicies implements PolicySource {
    /// Most open models: the policy, the base, and the previous policy, which an evaluation may still ask for.
    private static final int OPEN = 3;
    /// Most bytes of weights that stay open while another model is opened. Larger models are closed, and opened
    /// again when they are needed.
    private static final long KEPT_BYTES = 1L << 30;
    /// Threads that sample one shard. Shards run in parallel instead: two threads with one shard each beat one
    /// shard on two threads.
    public static final int THREADS_PER_SHARD = 1;

    private final CheckpointFolders folders;
    private final Host host;
    private final boolean trains;
    private final LinkedHashMap<Key, Loaded> loaded = new LinkedHashMap<>(OPEN, 0.75f, true);

    private record Key(String manifest, Dtype dtype) {}

    /// @param bytes size of its weights
    private record Loaded(Path folder, LanguageModel model, long bytes) {}

    /// @param scratch a folder that no other worker uses
    /// @param host whose first device samples
    /// @param trains whether the worker also trains, and so needs memory for that too
    public LoadedPolicies(BlobStore store, Path scratch, Host host, boolean trains) {
        folders = new CheckpointFolders(store, scratch);
        this.host = host;
        this.trains = trains;
    }

    @Override
    public LanguageModel policy(CheckpointRef checkpoint, RunSettings settings) {
        Key key = new Key(checkpoint.manifest().sha256(), ModelSettings.dtype(settings));
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
        Folders.delete(policy.folder());
    }
}
