package spice.policies;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import spice.domain.Seed;
import spice.model.AdaptedMatrix;
import spice.model.Dtype;
import spice.model.LearnerSettings;
import spice.model.Lora;
import spice.model.LossSettings;
import spice.model.Sampling;
import spice.settings.RunSettings;

/// A run's settings in the model's terms.
public final class ModelSettings {
    private static final double ADAM_EPSILON = 1e-8;

    private ModelSettings() {}

    /// The dtype that a run's model computes with.
    static Dtype dtype(RunSettings settings) {
        return switch (settings.dtype()) {
            case FLOAT32 -> Dtype.FLOAT32;
            case BFLOAT16 -> Dtype.BFLOAT16;
        };
    }

    /// How both roles sample during training.
    ///
    /// @param tokens longest completion, in tokens
    public static Sampling sampling(RunSettings settings, int tokens) {
        return new Sampling(
                settings.temperature(),
                tokens,
                settings.topK(),
                settings.topP(),
                settings.minP(),
                List.of(),
                settings.sampleTokens());
    }

    /// How the Reasoner answers held-out questions: without the run's own temperature and filters.
    ///
    /// @param temperature 0 for greedy answers
    public static Sampling heldOut(RunSettings settings, double temperature) {
        return new Sampling(temperature, settings.reasonerTokens()).holding(settings.sampleTokens());
    }

    /// How the learner computes and steps.
    public static LearnerSettings learner(RunSettings settings) {
        return new LearnerSettings(
                settings.trainThreads(),
                settings.microBatchTokens(),
                settings.beta1(),
                settings.beta2(),
                ADAM_EPSILON,
                settings.weightDecay(),
                settings.maxGradientNorm(),
                dtype(settings),
                settings.recompute() == RunSettings.Recompute.LAYERS,
                lora(settings));
    }

    /// The adapters that a run learns, if any.
    static Optional<Lora> lora(RunSettings settings) {
        if (settings.loraRank() == 0) {
            return Optional.empty();
        }
        Set<AdaptedMatrix> targets = settings.adaptedMatrices().stream()
                .map(name -> AdaptedMatrix.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        long seed = new Seed(settings.seed()).child("adapters").value();
        return Optional.of(new Lora(settings.loraRank(), settings.loraAlpha(), targets, seed));
    }

    /// The loss that the learner minimizes.
    public static LossSettings loss(RunSettings settings) {
        return new LossSettings(settings.clip(), settings.truncation(), settings.lossDivisor(), settings.temperature());
    }
}
