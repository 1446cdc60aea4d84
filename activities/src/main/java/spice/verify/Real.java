package spice.verify;

/// A real number: exact if it is rational, else enclosed between two decimals.
sealed interface Real permits Rational, Enclosure {

    /// Two decimals that enclose the number.
    Enclosure enclosed();

    /// The size of the number in bits, which determines the cost of calculating with it.
    int bits();
}
