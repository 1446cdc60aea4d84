package spice.vllm;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import spice.activities.CheckpointFolders;
import spice.activities.Checkpoints;
import spice.activities.Policies;
import spice.model.Policy;
import spice.model.Pulse;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointRef;

/// Policies that a vLLM server samples, for one activity at a time. A policy's weights are written to the server
/// and reloaded there when it is first sampled, and again whenever another was in between.
public final class VllmPolicies implements Policies {
    /// The policy, the base, and the policy before it, which an evaluation may still ask for.
    private static final int KEPT = 3;

    private final CheckpointFolders folders;
    private final Checkpoints checkpoints;
    private final VllmServer server;
    private final Semaphore requests;
    private final LinkedHashMap<String, FetchedCheckpoint> fetched = new LinkedHashMap<>(KEPT, 0.75f, true);

    /// @param scratch a folder of this worker's own
    VllmPolicies(BlobStore store, Path scratch, VllmServer server) {
        folders = new CheckpointFolders(store, scratch);
        checkpoints = new Checkpoints(store);
        this.server = server;
        requests = new Semaphore(server.settings().requests());
    }

    /// Takes the server. One that does not answer yet is waited for by the steps that need it.
    ///
    /// @param scratch a folder of this worker's own
    /// @throws VllmUnusable if another worker has the server's folder, or the server cannot be used
    public static VllmPolicies open(VllmSettings settings, BlobStore store, Path scratch) {
        return new VllmPolicies(store, scratch, VllmServer.open(settings));
    }

    /// The server computes in its own type of numbers, whatever the run's is.
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
