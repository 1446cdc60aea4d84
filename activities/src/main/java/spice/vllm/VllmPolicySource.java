package spice.vllm;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import spice.checkpoints.CheckpointFolders;
import spice.checkpoints.Checkpoints;
import spice.model.Policy;
import spice.model.Pulse;
import spice.policies.PolicySource;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// Policies that a vLLM server samples, for one activity at a time. The weights of a policy are written to the
/// server's folder and loaded there when the policy is first sampled, and again after another policy was sampled.
public final class VllmPolicySource implements PolicySource {
    /// Checkpoints kept on disk: the policy, the base, and the previous policy, which an evaluation may still need.
    private static final int KEPT = 3;

    private final CheckpointFolders folders;
    private final Checkpoints checkpoints;
    private final VllmServer server;
    private final Semaphore requests;
    private final LinkedHashMap<String, FetchedCheckpoint> fetched = new LinkedHashMap<>(KEPT, 0.75f, true);

    /// @param scratch a folder of this worker's own
    VllmPolicySource(BlobStore store, Path scratch, VllmServer server) {
        folders = new CheckpointFolders(store, scratch);
        checkpoints = new Checkpoints(store);
        this.server = server;
        requests = new Semaphore(server.settings().requests());
    }

    /// Locks the server's folder. If the server does not answer yet, the steps that need it wait for it.
    ///
    /// @param scratch a folder of this worker's own
    /// @throws VllmUnusable if another worker has the server's folder, or the server cannot be used
    public static VllmPolicySource open(VllmSettings settings, BlobStore store, Path scratch) {
        return new VllmPolicySource(store, scratch, VllmServer.open(settings));
    }

    /// A policy of this checkpoint. The server computes in its own number type, whatever the run's settings say.
    @Override
    public Policy policy(CheckpointRef checkpoint, RunSettings settings) {
        String key = checkpoint.manifest().sha256();
        FetchedCheckpoint found = fetched.get(key);
        if (found == null) {
            found = folders.open(
                    checkpoint, folder -> FetchedCheckpoint.open(name(checkpoint), weights(checkpoint), folder));
            fetched.put(key, found);
            if (fetched.size() > KEPT) {
                Map.Entry<String, FetchedCheckpoint> eldest = fetched.firstEntry();
                fetched.remove(eldest.getKey());
                eldest.getValue().close();
            }
        }
        return new VllmPolicy(found, server, requests, Pulse.NONE);
    }

    private static String name(CheckpointRef checkpoint) {
        return "%s@%d".formatted(checkpoint.lineage(), checkpoint.iteration());
    }

    private String weights(CheckpointRef checkpoint) {
        Map<String, BlobRef> weights =
                new TreeMap<>(checkpoints.manifest(checkpoint).files());
        weights.keySet().removeIf(name -> !name.endsWith(CheckpointTensors.WEIGHTS));
        return Json.digest(weights);
    }

    @Override
    public void close() {
        fetched.values().forEach(FetchedCheckpoint::close);
        fetched.clear();
        server.close();
    }
}
