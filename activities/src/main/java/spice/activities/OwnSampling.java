package spice.activities;

/// The sampling of a worker that trains as well.
///
/// @param queue of the sampling that is meant for this worker
public record OwnSampling(String queue, Policies policies) {}
