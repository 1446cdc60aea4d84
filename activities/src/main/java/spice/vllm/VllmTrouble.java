package spice.vllm;

/// A vLLM server that cannot be reached, does not do what it is asked, or answers what cannot be used. It may pass.
final class VllmTrouble extends RuntimeException {
    private static final long serialVersionUID = 1;

    VllmTrouble(String message) {
        super(message);
    }

    VllmTrouble(String message, Throwable cause) {
        super(message, cause);
    }
}
