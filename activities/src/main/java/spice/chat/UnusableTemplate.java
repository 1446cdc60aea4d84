package spice.chat;

/// A chat template that cannot be rendered. The message is only the reason; [ChatTemplateReader] adds file and
/// remedy.
final class UnusableTemplate extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnusableTemplate(String reason) {
        super(reason);
    }
}
