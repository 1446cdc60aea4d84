package spice.verify;

/// Thrown inside this package if a bound of [Work] is exceeded; becomes the verdict `UNDECIDED`, or `WRONG`
/// beside a gold answer that stays within them.
final class TooMuchWork extends RuntimeException {
    TooMuchWork(String message) {
        super(message, null, false, false);
    }
}
