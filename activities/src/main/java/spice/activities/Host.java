package spice.activities;

import java.util.OptionalLong;
import spice.model.Devices;

/// What a worker computes on.
///
/// @param samplers shards that it samples side by side
/// @param memory of the machine, or of the container, in bytes; empty where it is not known, as on a GPU: then nothing
///     is refused for want of it
public record Host(Devices devices, int samplers, OptionalLong memory) {
    /// One whose memory is nobody's concern.
    public static Host of(Devices devices) {
        return new Host(devices, 1, OptionalLong.empty());
    }
}
