package spice.ingest;

/// There is no corpus to be had from what was named. The message names the thing and the remedy; trying again
/// without a change does not help.
public final class CorpusException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CorpusException(String message) {
        super(message);
    }

    public CorpusException(String message, Throwable cause) {
        super(message, cause);
    }
}
