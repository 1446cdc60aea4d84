package spice.verify;

/// Thrown inside this package where the bounds of [Work] are reached; becomes the verdict `UNDECIDED`.
final class TooMuchWork extends RuntimeException {
    TooMuchWork(String message) {
        super(message, null, false, false);
    }
}
