package spice.model;

/// Checks of arguments, with the offending value in the message. The model module does not know the domain module and
/// so has its own.
final class Preconditions {
    private Preconditions() {}

    /// Checks a condition.
    ///
    /// @param message a format of [String#formatted], filled with `args`
    /// @throws IllegalArgumentException if the condition is false
    // Error Prone asks for @FormatMethod, which would need another library.
    @SuppressWarnings("AnnotateFormatMethod")
    static void require(boolean condition, String message, Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(args));
        }
    }
}
