package spice.ingest;

/// A corpus cannot be made from the given name or source. The message names it and the remedy. A retry without a
/// change does not help.
public final class CorpusException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CorpusException(String message) {
        super(message);
    }

    public CorpusException(String message, Throwable cause) {
        super(message, cause);
    }
}
