package spice.runs;

import java.util.Locale;
import java.util.Optional;

/// Rates as people read them.
public final class Rate {
    private Rate() {}

    /// The rate with two decimals; `-` for the rate of nothing, which is not 0.
    public static String inWords(Optional<Double> rate) {
        return rate.map(known -> String.format(Locale.ROOT, "%.2f", known)).orElse("-");
    }
}
