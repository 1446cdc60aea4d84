package spice.chat;

/// A chat template that cannot be rendered; the message is the reason alone. [ChatTemplates] names file and remedy.
final class UnusableTemplate extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnusableTemplate(String reason) {
        super(reason);
    }
}
