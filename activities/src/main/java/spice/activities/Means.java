package spice.activities;

import java.util.Arrays;

/// The mean of scores; 0 of none.
final class Means {
    private Means() {}

    static double of(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
