package spice.workflows;

import spice.store.BlobRef;

/// The trained state, stored but not yet committed.
///
/// @param state a list of files, weights and optimizer among them
/// @param updates gradient updates of the lineage so far, these included
public record Trained(BlobRef state, long updates, TrainMetrics metrics) {}
