package spice.activities;

import java.util.concurrent.ExecutorService;
import spice.model.Policy;
import spice.settings.RunSettings;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;

/// What the activities that run the model share in a worker.
///
/// @param threads sample shards side by side, a shard each
public record Sampler(BlobStore store, Policies policies, ExecutorService threads, Heartbeats heartbeats) {
    Lane lane(Heartbeat heartbeat, String stage, int version) {
        return new Lane(store, threads, heartbeat, stage, version);
    }

    /// The checkpoint, ready to sample as these settings say for as long as the heartbeat lets it.
    private Policy policy(CheckpointRef checkpoint, RunSettings settings, Heartbeat heartbeat) {
        heartbeat.now("opening the model of iteration %d".formatted(checkpoint.iteration()));
        return policies.policy(checkpoint, settings).watchedBy(heartbeat);
    }

    /// The same, with the words in which it is asked.
    Player player(CheckpointRef checkpoint, RunSettings settings, Heartbeat heartbeat) {
        return Player.of(store, checkpoint, policy(checkpoint, settings, heartbeat), settings);
    }
}
