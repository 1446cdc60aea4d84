package spice.chaos;

/// Thrown when a run does not reach its end by itself, or a disturbance cannot be done.
final class ChaosFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChaosFailure(String message) {
        super(message);
    }
}
