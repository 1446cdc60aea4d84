package spice.policies;

/// The sampling of a worker that also trains.
///
/// @param queue task queue of the sampling that is meant for this worker
public record OwnSampling(String queue, PolicySource policies) {}
