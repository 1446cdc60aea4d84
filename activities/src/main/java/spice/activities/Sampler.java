package spice.activities;

import java.util.concurrent.ExecutorService;
import spice.store.BlobStore;

/// What the activities that run the model share in a worker.
///
/// @param threads sample shards side by side, a shard each
public record Sampler(BlobStore store, LoadedPolicies policies, ExecutorService threads) {
    Lane lane(Heartbeat heartbeat, String stage, int version) {
        return new Lane(store, threads, heartbeat, stage, version);
    }
}
