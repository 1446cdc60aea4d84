package spice.verify;

/// The bounds of one verdict, and a count of the work that it has spent. Counting, unlike a deadline, gives the
/// same verdict on every machine, and no thread has to be stopped.
final class Work {

    /// Most characters of an answer.
    static final int LENGTH = 1_000;

    /// Most bits of a numerator or a denominator, some 1,200 digits.
    static final int BITS = 4_096;

    /// Most powers of ten by which an enclosed number may differ from one; also the largest exponent of a literal.
    static final int MAGNITUDE = 1_000;

    /// Most levels of nested parentheses, roots, fractions and exponents.
    static final int DEPTH = 50;

    /// The largest number whose factorial is computed; it fits [#BITS].
    static final int FACTORIAL = 500;

    /// The highest degree of a root.
    static final int ROOT = 16;

    /// Most different variables of one comparison.
    static final int VARIABLES = 6;

    /// Most arithmetic steps of one verdict, weighted by the size of their operands. An answer that spends them all
    /// takes some ten milliseconds.
    private static final int STEPS = 20_000;

    /// Bits that one step processes.
    private static final int WORD = 64;

    private int spent;

    /// Counts a step on operands of this many bits in total.
    ///
    /// @throws TooMuchWork if no steps are left
    void spend(int bits) {
        spent += 1 + bits / WORD;
        if (spent > STEPS) {
            throw new TooMuchWork("more than %d steps".formatted(STEPS));
        }
    }
}
