package spice.model;

/// The result of one update. Shares and means are over the trained tokens that were computed. Trajectories of
/// advantage 0 cannot move the weights and are not computed.
///
/// @param loss the batch loss before the step
/// @param gradientNorm over all weights, before clipping
/// @param clipShare tokens whose ratio was clipped
/// @param truncatedShare tokens whose importance weight was truncated
/// @param entropy mean entropy of the learner's distribution at the temperature of the loss, in nats
/// @param samplerLearnerDifference mean of |old log-probability - sampler's log-probability|
/// @param tokens number of trained tokens that were computed
public record UpdateReport(
        double loss,
        double gradientNorm,
        double clipShare,
        double truncatedShare,
        double entropy,
        double samplerLearnerDifference,
        long tokens) {}
