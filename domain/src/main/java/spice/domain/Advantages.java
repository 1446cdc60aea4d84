package spice.domain;

import static spice.domain.Check.require;

import java.util.Arrays;

/// Turns rewards into advantages, one group at a time, each role by itself.
public final class Advantages {
    private Advantages() {}

    /// Centred rewards of one group: `a_i = r_i - mean(r)` (SPICE Eq 3 and 4), not divided by the standard
    /// deviation (DrGRPO).
    public static double[] centred(double... rewards) {
        require(rewards.length >= 1, "an empty group has no mean");
        // Equal rewards must give advantages of exactly zero, which rounding in the mean would prevent.
        if (Arrays.stream(rewards).allMatch(reward -> reward == rewards[0])) {
            return new double[rewards.length];
        }
        double mean = Arrays.stream(rewards).sum() / rewards.length;
        return Arrays.stream(rewards).map(reward -> reward - mean).toArray();
    }
}
