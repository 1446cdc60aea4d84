package spice.verify;

/// A real number: exact where it is rational, else enclosed between two decimals.
sealed interface Real permits Rational, Enclosure {

    /// Two decimals between which the number lies.
    Enclosure enclosed();

    /// How large the number is to calculate with.
    int bits();
}
