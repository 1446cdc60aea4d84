package spice.model;

import static spice.model.Check.require;

import java.util.Optional;

/// How a learner computes and steps.
///
/// @param threads compute micro-batches side by side; their number is part of what bit-for-bit repetition rests
///     on
/// @param microBatchTokens tokens, padding included, that are computed at a time; a longer sequence goes alone
/// @param beta1 decay of AdamW's first moment
/// @param beta2 decay of AdamW's second moment
/// @param epsilon of AdamW
/// @param weightDecay of AdamW, on every weight
/// @param maxGradientNorm gradients longer than this are scaled down to it
/// @param dtype of the weights that compute; a master copy, gradients and moments are float32 in any case
/// @param recompute each layer is computed a second time on the way back, so that what lies inside the layers is
///     held of one layer at a time: less memory, about a third more work
/// @param lora adapters that learn in the weights' place; empty: all weights learn
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
    /// All weights learn, in float32, every layer's inside kept for the way back.
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
