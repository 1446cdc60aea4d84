package spice.domain;

/// Checks of a record's or a method's arguments, with the offending value in the message.
public final class Check {
    private Check() {}

    /// Throws an `IllegalArgumentException` with the formatted message unless the condition holds.
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one line
    public static void require(boolean condition, String message, Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(args));
        }
    }
}
