package spice.roles;

import java.util.concurrent.ExecutorService;
import spice.model.Policy;
import spice.policies.PolicySource;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.steps.Heartbeat;
import spice.steps.Lane;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobStore;

/// What the sampling activities of a worker share.
///
/// @param threads sample shards in parallel, one shard per thread
public record Sampler(BlobStore store, PolicySource policies, ExecutorService threads, WorkerHeartbeats heartbeats) {
    /// A lane of a stage.
    ///
    /// @param unit what its shards hold, in the plural
    public Lane lane(Heartbeat heartbeat, String stage, String unit, int version) {
        return new Lane(store, threads, heartbeat, stage, unit, version);
    }

    /// The checkpoint's policy under these settings; the heartbeat ends its sampling when the step must end.
    private Policy policy(CheckpointRef checkpoint, RunSettings settings, Heartbeat heartbeat) {
        heartbeat.now("opening the model of iteration %d".formatted(checkpoint.iteration()));
        return policies.policy(checkpoint, settings).watchedBy(heartbeat);
    }

    /// The checkpoint's policy with its prompt format; the heartbeat ends its sampling when the step must end.
    public Player player(CheckpointRef checkpoint, RunSettings settings, Heartbeat heartbeat) {
        return Player.of(store, checkpoint, policy(checkpoint, settings, heartbeat), settings);
    }
}
