package spice.runs;

import java.util.Locale;
import java.util.Optional;
import spice.settings.RunSettings.Dtype;

/// The distance between the policy that samples and the policy that learns, where it is greater than rounding in
/// other places explains: then tasks, answers and accuracies are another policy's than the one that learns.
/// `docs/memory.md` says what was measured.
public final class SamplerGap {
    private static final double OF_FLOAT32 = 0.01;
    private static final double OF_BFLOAT16 = 0.1;

    private SamplerGap() {}

    /// The greatest mean difference of two log-probabilities of a token that is no event, in nats.
    public static double bound(Dtype dtype) {
        return switch (dtype) {
            case FLOAT32 -> OF_FLOAT32;
            case BFLOAT16 -> OF_BFLOAT16;
        };
    }

    /// What to tell people about a training step whose sampler was too far from the learner.
    public static Optional<String> event(TrainMetrics training, Dtype dtype) {
        double bound = bound(dtype);
        return training.samplerLearnerDifference()
                // Not a number is an event too.
                .filter(difference -> !(difference <= bound))
                .map(difference -> String.format(
                        Locale.ROOT,
                        "sampler and learner differ by %.3f nats a token, more than %s explains (%s): what sampled is not the policy that learns; see docs/memory.md",
                        difference,
                        dtype.name().toLowerCase(Locale.ROOT),
                        bound));
    }
}
