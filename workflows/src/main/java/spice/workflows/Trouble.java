package spice.workflows;

import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// Why something failed, in a word to search for and in one line to read.
///
/// @param name of the [Failure], or else the kind of exception
public record Trouble(String name, String message) {

    /// What lies at the bottom of a failure: a [Failure], or else what a step has thrown. Temporal's own failures
    /// say only that something failed; the causes of what was thrown say less than it does.
    public static Trouble of(Throwable failure) {
        Throwable bottom = known(failure).orElseGet(() -> thrown(failure));
        return switch (bottom) {
            case ApplicationFailure known -> new Trouble(simple(known.getType()), known.getOriginalMessage());
            case TimeoutFailure late ->
                new Trouble(
                        late.getTimeoutType().name().replace("TIMEOUT_TYPE_", "TIMEOUT_"), late.getOriginalMessage());
            case TemporalFailure other ->
                new Trouble(other.getClass().getSimpleName(), String.valueOf(other.getOriginalMessage()));
            default -> new Trouble(bottom.getClass().getSimpleName(), String.valueOf(bottom.getMessage()));
        };
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    private static Optional<Throwable> known(Throwable failure) {
        return chain(failure)
                .filter(at -> at instanceof ApplicationFailure known && Failure.isName(known.getType()))
                .findFirst();
    }

    private static Throwable thrown(Throwable failure) {
        return chain(failure)
                .filter(ApplicationFailure.class::isInstance)
                .findFirst()
                .or(() -> chain(failure).reduce((outer, inner) -> inner))
                .orElse(failure);
    }

    /// Whether trying again would give the same.
    boolean isForGood() {
        return Failure.isName(name) && !name.equals(Failure.NOT_ADVANCING.name());
    }

    /// The same as what happened to something.
    Trouble of(String what) {
        return new Trouble(name, "%s failed: %s".formatted(what, message));
    }

    /// This failure of a workflow with its bottom on top, where the Temporal UI shows it. A cancellation stays what
    /// it is.
    static TemporalFailure onTop(TemporalFailure failure) {
        if (chain(failure).anyMatch(CanceledFailure.class::isInstance)) {
            return failure;
        }
        Trouble trouble = of(failure);
        return ApplicationFailure.newNonRetryableFailure(trouble.message(), trouble.name());
    }

    /// The same as a failure of whoever was waiting for it.
    ApplicationFailure failure(String what) {
        return ApplicationFailure.newNonRetryableFailure("%s: %s".formatted(what, message), name);
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /// All of it in one line, for lists of runs: what is wrong with settings is a line each.
    public String line() {
        return toString().replaceAll(":\\s*\\R\\s*", ": ").replaceAll("\\s*\\R\\s*", "; ");
    }

    @Override
    public String toString() {
        return "%s: %s".formatted(name, message);
    }
}
