package spice.model;

/// A model that cannot be opened, run or trained. The message names the thing, what was expected and found, and
/// the remedy; a second try with the same input ends the same way.
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
