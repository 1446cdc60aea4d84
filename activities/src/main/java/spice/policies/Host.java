package spice.policies;

import java.util.OptionalLong;
import spice.model.Devices;

/// What a worker computes on.
///
/// @param samplers number of shards that are sampled in parallel
/// @param memory of the machine or the container, in bytes; empty where it is unknown, as on a GPU: then no run is
///     refused for lack of memory
public record Host(Devices devices, int samplers, OptionalLong memory) {
    /// A host that samples one shard at a time, and whose memory is not checked.
    public static Host of(Devices devices) {
        return new Host(devices, 1, OptionalLong.empty());
    }
}
