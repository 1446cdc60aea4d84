package spice.vllm;

/// A vLLM server that cannot be reached, refuses a request, or gives an unusable answer. The trouble may pass.
final class VllmTrouble extends RuntimeException {
    private static final long serialVersionUID = 1;

    VllmTrouble(String message) {
        super(message);
    }

    VllmTrouble(String message, Throwable cause) {
        super(message, cause);
    }
}
