package spice.vllm;

/// A vLLM server that was started in a way that does not serve here, or with another model. The message names the
/// server, what is wrong and the remedy.
public final class VllmUnusable extends RuntimeException {
    private static final long serialVersionUID = 1;

    VllmUnusable(String message) {
        super(message);
    }
}
