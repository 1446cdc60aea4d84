package spice.workflows;

import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;

/// Why something failed, in a word to search for and in one line to read.
///
/// @param name of the [Failure], or else the kind of exception
public record Trouble(String name, String message) {

    /// What lies at the bottom of a failure.
    public static Trouble of(Throwable failure) {
        Throwable deepest = failure;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            deepest = at;
            if (at instanceof ApplicationFailure known && Failure.isName(known.getType())) {
                break;
            }
        }
        return switch (deepest) {
            case ApplicationFailure known -> new Trouble(simple(known.getType()), known.getOriginalMessage());
            case TimeoutFailure late ->
                new Trouble(
                        late.getTimeoutType().name().replace("TIMEOUT_TYPE_", "TIMEOUT_"), late.getOriginalMessage());
            case TemporalFailure other ->
                new Trouble(other.getClass().getSimpleName(), String.valueOf(other.getOriginalMessage()));
            default -> new Trouble(deepest.getClass().getSimpleName(), String.valueOf(deepest.getMessage()));
        };
    }

    /// The same as a failure of whoever was waiting for it.
    ApplicationFailure failure(String what) {
        return ApplicationFailure.newNonRetryableFailure("%s: %s".formatted(what, message), name);
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    @Override
    public String toString() {
        return "%s: %s".formatted(name, message);
    }
}
