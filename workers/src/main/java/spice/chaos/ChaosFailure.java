package spice.chaos;

/// A run that did not go on by itself.
final class ChaosFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChaosFailure(String message) {
        super(message);
    }
}
