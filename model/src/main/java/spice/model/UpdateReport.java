package spice.model;

/// What one update did. Shares and means are over the trained tokens that were computed; trajectories that cannot
/// move the weights (advantage 0 and no divergence term) are not.
///
/// @param loss the batch loss before the step
/// @param gradientNorm over all weights, before clipping
/// @param clipShare tokens whose ratio was clipped
/// @param truncatedShare tokens whose importance weight was truncated
/// @param entropy mean entropy of the learner's distribution at the temperature of the loss, in nats
/// @param samplerLearnerDifference mean of |old log-probability - sampler's log-probability|
/// @param tokens how many trained tokens were computed
public record UpdateReport(
        double loss,
        double gradientNorm,
        double clipShare,
        double truncatedShare,
        double entropy,
        double samplerLearnerDifference,
        long tokens) {}
