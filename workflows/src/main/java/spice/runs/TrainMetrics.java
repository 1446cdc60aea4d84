package spice.runs;

/// What a training step did, averaged over its gradient updates.
///
/// @param updates gradient updates taken
/// @param learningRate of the last update
/// @param clipShare tokens whose ratio was clipped
/// @param truncatedShare tokens whose importance weight was truncated
/// @param entropy of the policy at the trained tokens, in nats
/// @param samplerLearnerDifference mean absolute difference of the two log-probabilities of a sampled token
/// @param tokens trained tokens
/// @param seconds as the trainer measured them
public record TrainMetrics(
        int updates,
        double learningRate,
        double loss,
        double gradientNorm,
        double clipShare,
        double truncatedShare,
        double entropy,
        double samplerLearnerDifference,
        long tokens,
        double seconds) {

    /// No update, because no group had a gradient.
    public static final TrainMetrics NONE = new TrainMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// These metrics with the time that the step took.
    public TrainMetrics in(double took) {
        return new TrainMetrics(
                updates,
                learningRate,
                loss,
                gradientNorm,
                clipShare,
                truncatedShare,
                entropy,
                samplerLearnerDifference,
                tokens,
                took);
    }
}
