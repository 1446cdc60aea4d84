package spice.model;

import static spice.model.Check.require;

import java.util.stream.IntStream;

/// Rotary positions (Su et al. 2021, arXiv 2104.09864): of a head's D numbers, those at i and D / 2 + i are
/// turned by position times frequency i.
///
/// @param theta base of the frequencies
/// @param scaling what stretches them to longer texts
public record Rope(double theta, RopeScaling scaling) {
    public Rope {
        require(theta > 1 && Double.isFinite(theta), "rope_theta must be above 1, got %s", theta);
    }

    /// Unscaled.
    public static Rope of(double theta) {
        return new Rope(theta, new RopeScaling.None());
    }

    /// The D / 2 frequencies, theta^(-2 i / D) before scaling, in radians per position.
    double[] frequencies(int width) {
        double[] plain = IntStream.range(0, width / 2)
                .mapToDouble(i -> Math.pow(theta, -2.0 * i / width))
                .toArray();
        return scaling.scaled(plain, theta);
    }

    /// What cosines and sines are multiplied by.
    double attentionFactor() {
        return switch (scaling) {
            case RopeScaling.None _, RopeScaling.Linear _, RopeScaling.Llama3 _ -> 1;
            case RopeScaling.Yarn yarn -> yarn.attentionFactor();
        };
    }
}
