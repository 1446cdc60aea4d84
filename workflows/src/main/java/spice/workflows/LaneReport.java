package spice.workflows;

import spice.store.BlobRef;

/// A lane's share of a stage: every lane works off each `lanes`-th shard.
///
/// @param shards the results in order, as a list of blobs
/// @param found shards that were in the store already
/// @param tokens new tokens sampled in this call
/// @param seconds spent sampling in this call
public record LaneReport(BlobRef shards, int found, long tokens, double seconds) {}
