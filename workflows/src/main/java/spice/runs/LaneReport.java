package spice.runs;

import spice.store.BlobRef;

/// What one lane of a stage did: a lane takes every `lanes`-th shard.
///
/// @param shards the results in order, as a list of blobs
/// @param found shards that were in the store already
/// @param tokens new tokens sampled in this call
/// @param seconds spent sampling in this call
public record LaneReport(BlobRef shards, int found, long tokens, double seconds) {}
