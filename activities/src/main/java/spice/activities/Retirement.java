package spice.activities;

import java.time.Instant;

/// That a checkpoint's weights and optimizer were given up.
///
/// @param at the time of the decision
public record Retirement(Instant at) {}
