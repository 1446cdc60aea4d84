package spice.model;

import static spice.model.Preconditions.require;

import java.util.Optional;

/// How a learner computes and steps.
///
/// @param threads how many micro-batches are computed in parallel; repeating an update bit for bit needs the same
///     number
/// @param microBatchTokens most tokens of a micro-batch, padding included; a longer sequence goes alone
/// @param beta1 decay of AdamW's first moment
/// @param beta2 decay of AdamW's second moment
/// @param epsilon of AdamW
/// @param weightDecay of AdamW, on every weight
/// @param maxGradientNorm gradients longer than this are scaled down to it
/// @param dtype of the weights that compute; master copy, gradients and moments are always float32
/// @param recompute whether the backward pass computes each layer again, so that activations are held for one
///     layer at a time: less memory, about a third more work
/// @param lora adapters that learn instead of the weights; empty: all weights learn
public record LearnerSettings(
        int threads,
        int microBatchTokens,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradientNorm,
        Dtype dtype,
        boolean recompute,
        Optional<Lora> lora) {
    /// All weights learn, in float32, with the activations of every layer kept for the backward pass.
    public LearnerSettings(
            int threads,
            int microBatchTokens,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double maxGradientNorm) {
        this(
                threads,
                microBatchTokens,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                maxGradientNorm,
                Dtype.FLOAT32,
                false,
                Optional.empty());
    }

    public LearnerSettings {
        require(threads > 0, "threads must be positive, got %d", threads);
        require(microBatchTokens > 0, "microBatchTokens must be positive, got %d", microBatchTokens);
        require(beta1 >= 0 && beta1 < 1, "beta1 must lie in [0, 1), got %s", beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2 must lie in [0, 1), got %s", beta2);
        require(epsilon > 0, "epsilon must be positive, got %s", epsilon);
        require(weightDecay >= 0, "weightDecay must be 0 or more, got %s", weightDecay);
        require(maxGradientNorm > 0, "maxGradientNorm must be positive, got %s", maxGradientNorm);
    }
}
