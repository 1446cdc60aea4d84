package spice.workflows;

import spice.store.BlobRef;

/// One lane of posing.
///
/// @param passages the documents drawn for this iteration
/// @param lane from 0; works off the shards whose number leaves this remainder when divided by the lanes
public record PoseRequest(IterationRequest iteration, BlobRef passages, int lane) {}
