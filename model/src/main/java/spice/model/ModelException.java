package spice.model;

/// A model cannot be opened, run or trained. The message names the file or value, what was expected and found, and
/// the remedy. A retry with the same input fails in the same way.
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
