package spice.store;

/// The store cannot be reached, refuses, or has missing or damaged content. The message names the address or the
/// key, and the remedy.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
