package spice.runs;

import java.util.Optional;

/// What a training step did, averaged over its gradient updates; a mean over no update is empty: null in JSON.
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
        Optional<Double> learningRate,
        Optional<Double> loss,
        Optional<Double> gradientNorm,
        Optional<Double> clipShare,
        Optional<Double> truncatedShare,
        Optional<Double> entropy,
        Optional<Double> samplerLearnerDifference,
        long tokens,
        double seconds) {

    /// No update, because no group had a gradient.
    public static final TrainMetrics NONE = new TrainMetrics(
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0);

    public TrainMetrics {
        if (updates == 0) {
            // Older versions wrote 0 for the mean of nothing.
            learningRate = Optional.empty();
            loss = Optional.empty();
            gradientNorm = Optional.empty();
            clipShare = Optional.empty();
            truncatedShare = Optional.empty();
            entropy = Optional.empty();
            samplerLearnerDifference = Optional.empty();
        }
    }

    /// The means of at least one update.
    public static TrainMetrics of(
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
        return new TrainMetrics(
                updates,
                Optional.of(learningRate),
                Optional.of(loss),
                Optional.of(gradientNorm),
                Optional.of(clipShare),
                Optional.of(truncatedShare),
                Optional.of(entropy),
                Optional.of(samplerLearnerDifference),
                tokens,
                seconds);
    }

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
