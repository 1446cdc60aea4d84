package spice.vllm;

/// A vLLM server that was started with unsuitable options or with another model. The message names the server, the
/// problem and the remedy.
public final class VllmUnusable extends RuntimeException {
    private static final long serialVersionUID = 1;

    VllmUnusable(String message) {
        super(message);
    }
}
