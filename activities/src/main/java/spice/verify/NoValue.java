package spice.verify;

/// Thrown inside this package if a text is no expression, or an expression has no real value, such as `1/0`.
final class NoValue extends RuntimeException {
    NoValue(String message) {
        super(message, null, false, false);
    }
}
