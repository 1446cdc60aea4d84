package spice.activities;

import java.util.List;
import spice.settings.SettingsIdentity;
import spice.store.BlobRef;
import spice.workflows.IterationRequest;

/// Everything that a shard of sampling depends on.
///
/// @param policy manifest of the checkpoint that samples
/// @param reads what the shard is cut from
/// @param settings digest of those that have an effect
/// @param iteration the draws are named by it
record SamplingInputs(BlobRef policy, List<BlobRef> reads, String settings, int iteration, int shard) {

    static SamplingInputs of(IterationRequest iteration, BlobRef policy, List<BlobRef> reads, int shard) {
        return new SamplingInputs(
                policy, reads, SettingsIdentity.digest(iteration.settings()), iteration.number(), shard);
    }
}
