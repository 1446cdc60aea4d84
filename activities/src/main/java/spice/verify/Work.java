package spice.verify;

/// The bounds within which a verdict is reached, and the count of what one verdict has spent. Counting instead of
/// a deadline: the verdict is the same on every machine, and no thread has to be stopped.
final class Work {

    /// Characters of an answer.
    static final int LENGTH = 1_000;

    /// Bits of a numerator or a denominator, some 1,200 digits.
    static final int BITS = 4_096;

    /// Powers of ten that an enclosed number, or the exponent of a literal, may be away from one.
    static final int MAGNITUDE = 1_000;

    /// Parentheses, roots, fractions and exponents within each other.
    static final int DEPTH = 50;

    /// The largest whole number whose factorial fits [#BITS].
    static final int FACTORIAL = 500;

    /// Different variables of one comparison.
    static final int VARIABLES = 6;

    /// Arithmetic steps of one verdict, each weighed by the size of its operands. An answer that spends them all
    /// takes some ten milliseconds.
    private static final int STEPS = 20_000;

    /// Bits that one machine step goes through.
    private static final int WORD = 64;

    private int spent;

    /// Counts a step on operands of this many bits altogether.
    void spend(int bits) {
        spent += 1 + bits / WORD;
        if (spent > STEPS) {
            throw new TooMuchWork("more than %d steps".formatted(STEPS));
        }
    }
}
