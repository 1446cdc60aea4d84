package spice.model;

import static spice.model.Preconditions.require;

import java.util.stream.IntStream;

/// How a model's rotary frequencies are slowed down so that it reads longer texts than it was first trained on.
public sealed interface RopeScaling {
    /// No scaling.
    record None() implements RopeScaling {}

    /// Divides all frequencies by the same factor (Chen et al. 2023, arXiv 2306.15595).
    record Linear(double factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }
    }

    /// Llama 3.1's scaling. Frequencies that turn less than `lowFactor` times in the original context are divided
    /// by the factor, those that turn more than `highFactor` times stay, those between are interpolated.
    ///
    /// @param originalPositions the original context
    record Llama3(double factor, double lowFactor, double highFactor, int originalPositions) implements RopeScaling {
        public Llama3 {
            requireFactor(factor);
            require(
                    lowFactor > 0 && highFactor > lowFactor,
                    "high_freq_factor (%s) must be above low_freq_factor (%s), and that above 0",
                    highFactor,
                    lowFactor);
            requireOriginal(originalPositions);
        }
    }

    /// YaRN (Peng et al. 2023, arXiv 2309.00071): fast frequencies stay, slow ones are divided by the factor,
    /// those between are interpolated on a ramp over their places; cosines and sines are multiplied by the
    /// attention factor.
    ///
    /// @param betaFast turns in the original context above which a frequency is fast
    /// @param betaSlow turns below which it is slow
    /// @param originalPositions the original context
    /// @param truncated whether the ramp begins and ends at whole places
    record Yarn(
            double factor,
            double betaFast,
            double betaSlow,
            int originalPositions,
            double attentionFactor,
            boolean truncated)
            implements RopeScaling {
        public Yarn {
            requireFactor(factor);
            require(
                    betaSlow > 0 && betaFast >= betaSlow,
                    "beta_fast (%s) must be at least beta_slow (%s), and that above 0",
                    betaFast,
                    betaSlow);
            requireOriginal(originalPositions);
            require(
                    attentionFactor > 0 && Double.isFinite(attentionFactor),
                    "attention_factor must be positive, got %s",
                    attentionFactor);
        }

        /// Magnitude of a factor, `0.1 m ln(factor) + 1`. The attention factor follows from it if a config gives
        /// none.
        static double magnitude(double factor, double m) {
            return factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1;
        }

        /// The place in 0 to D / 2 whose frequency turns this many times in the original context.
        private double place(double turns, int places, double theta) {
            return places * Math.log(originalPositions / (turns * 2 * Math.PI)) / Math.log(theta);
        }

        private double[] ramped(double[] plain, double theta) {
            double first = place(betaFast, plain.length, theta);
            double last = place(betaSlow, plain.length, theta);
            double from = Math.max(truncated ? Math.floor(first) : first, 0);
            double to = Math.min(truncated ? Math.ceil(last) : last, 2 * plain.length - 1);
            // Guards the division, as in other implementations.
            double length = from == to ? 0.001 : to - from;
            return IntStream.range(0, plain.length)
                    .mapToDouble(i -> {
                        double slow = Math.clamp((i - from) / length, 0, 1);
                        return plain[i] / factor * slow + plain[i] * (1 - slow);
                    })
                    .toArray();
        }
    }

    private static void requireFactor(double factor) {
        require(
                factor >= 1 && Double.isFinite(factor),
                "the factor of rope scaling must be at least 1, got %s",
                factor);
    }

    private static void requireOriginal(int positions) {
        require(positions > 0, "original_max_position_embeddings must be positive, got %d", positions);
    }

    /// Scales frequencies.
    ///
    /// @param plain the D / 2 frequencies without scaling
    /// @param theta their base
    default double[] scaled(double[] plain, double theta) {
        return switch (this) {
            case None() -> plain;
            case Linear(double factor) ->
                IntStream.range(0, plain.length)
                        .mapToDouble(i -> plain[i] / factor)
                        .toArray();
            case Llama3 llama ->
                IntStream.range(0, plain.length)
                        .mapToDouble(i -> scaled(plain[i], llama))
                        .toArray();
            case Yarn yarn -> yarn.ramped(plain, theta);
        };
    }

    private static double scaled(double frequency, Llama3 by) {
        double turns = by.originalPositions() * frequency / (2 * Math.PI);
        double fast = Math.clamp((turns - by.lowFactor()) / (by.highFactor() - by.lowFactor()), 0, 1);
        return (1 - fast) * frequency / by.factor() + fast * frequency;
    }
}
