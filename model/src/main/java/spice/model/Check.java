package spice.model;

/// Checks at the door of a record, with the offending value in the message. This module stands on DJL alone, so
/// it brings its own.
final class Check {
    private Check() {}

    // The annotation that Error Prone would like here comes with a library of its own.
    @SuppressWarnings("AnnotateFormatMethod")
    static void require(boolean condition, String message, Object... args) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(args));
        }
    }
}
