package spice.workflows;

import spice.settings.RunSettings;
import spice.store.BlobRef;

/// A checkpoint to be asked the held-out questions.
///
/// @param k of pass@k, 0 if it is not wanted
public record EvaluationRequest(RunSettings settings, CheckpointRef checkpoint, BlobRef heldOut, int k) {}
