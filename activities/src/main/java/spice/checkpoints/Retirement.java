package spice.checkpoints;

import java.time.Instant;

/// Says that a checkpoint's weights and optimizer were given up.
///
/// @param at the time of the decision
public record Retirement(Instant at) {}
