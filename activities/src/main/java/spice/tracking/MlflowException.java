package spice.tracking;

/// An MLflow server that cannot be reached or refuses a call.
final class MlflowException extends RuntimeException {
    MlflowException(String message) {
        super(message);
    }

    MlflowException(String message, Throwable cause) {
        super(message, cause);
    }
}
