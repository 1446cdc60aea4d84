package spice.roles;

import java.util.List;
import spice.runs.IterationRequest;
import spice.settings.SettingsIdentity;
import spice.store.BlobRef;

/// Everything that a sampled shard depends on.
///
/// @param policy manifest of the checkpoint that samples
/// @param reads the lists that the shard is cut from
/// @param settings digest of the settings that have an effect
/// @param iteration number of the iteration, from which its seeds derive
public record SamplingInputs(BlobRef policy, List<BlobRef> reads, String settings, int iteration, int shard) {

    public static SamplingInputs of(IterationRequest iteration, BlobRef policy, List<BlobRef> reads, int shard) {
        return new SamplingInputs(
                policy, reads, SettingsIdentity.digest(iteration.settings()), iteration.number(), shard);
    }
}
