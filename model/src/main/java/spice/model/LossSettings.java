package spice.model;

import static spice.model.Preconditions.require;

/// The constants of the DrGRPO loss.
///
/// @param clip the ratio of new to old probability counts between 1 - clip and 1 + clip; 0.2
/// @param truncation the ratio of old (learner) to sampler probability counts up to here; 2
/// @param divisor what each sequence's sum over tokens is divided by, the same for all (DrGRPO)
/// @param temperature divides the logits, as it did when the tokens were sampled
public record LossSettings(double clip, double truncation, double divisor, double temperature) {
    public LossSettings {
        require(clip > 0 && clip < 1, "clip must lie between 0 and 1, got %s", clip);
        require(truncation > 0, "truncation must be positive, got %s", truncation);
        require(divisor > 0 && Double.isFinite(divisor), "divisor must be positive, got %s", divisor);
        require(temperature > 0 && Double.isFinite(temperature), "temperature must be positive, got %s", temperature);
    }
}
