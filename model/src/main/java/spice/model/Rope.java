package spice.model;

import static spice.model.Preconditions.require;

import java.util.stream.IntStream;

/// Rotary positions (Su et al. 2021, arXiv 2104.09864): the numbers i and D / 2 + i of a head are rotated by
/// position times frequency i.
///
/// @param theta base of the frequencies
/// @param scaling of the frequencies, for longer texts
public record Rope(double theta, RopeScaling scaling) {
    public Rope {
        require(theta > 1 && Double.isFinite(theta), "rope_theta must be above 1, got %s", theta);
    }

    /// Positions without scaling.
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

    /// The factor of cosines and sines.
    double attentionFactor() {
        return switch (scaling) {
            case RopeScaling.None _, RopeScaling.Linear _, RopeScaling.Llama3 _ -> 1;
            case RopeScaling.Yarn yarn -> yarn.attentionFactor();
        };
    }
}
