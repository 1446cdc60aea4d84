package spice.workflows;

import java.util.Optional;
import spice.store.BlobRef;

/// The trained state, stored but not yet committed.
///
/// @param state a list of files, weights and optimizer among them
/// @param worker the queue of the sampling worker beside the trainer, which has the checkpoint at hand
/// @param updates gradient updates of the lineage so far, these included
public record Trained(BlobRef state, long updates, TrainMetrics metrics, Optional<String> worker) {}
