package spice.verify;

/// Thrown inside this package if a bound of [Work] is exceeded; becomes the verdict `UNDECIDED`.
final class TooMuchWork extends RuntimeException {
    TooMuchWork(String message) {
        super(message, null, false, false);
    }
}
