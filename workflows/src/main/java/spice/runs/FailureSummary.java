package spice.runs;

import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// Why something failed: a word to search for and a line to read.
///
/// @param name of the [Failure], or else the kind of exception
public record FailureSummary(String name, String message) {

    /// Summarizes the bottom of a failure: a [Failure], or else what a step threw. Temporal's own failures say
    /// only that something failed, and the causes below what a step threw say less than it does.
    public static FailureSummary of(Throwable failure) {
        Throwable bottom = known(failure).orElseGet(() -> thrown(failure));
        return switch (bottom) {
            case ApplicationFailure known -> new FailureSummary(simple(known.getType()), known.getOriginalMessage());
            case TimeoutFailure late ->
                new FailureSummary(
                        late.getTimeoutType().name().replace("TIMEOUT_TYPE_", "TIMEOUT_"), late.getOriginalMessage());
            case TemporalFailure other ->
                new FailureSummary(other.getClass().getSimpleName(), String.valueOf(other.getOriginalMessage()));
            default -> new FailureSummary(bottom.getClass().getSimpleName(), String.valueOf(bottom.getMessage()));
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

    /// Whether a retry would fail in the same way.
    public boolean failsAgain() {
        return Failure.isName(name) && !name.equals(Failure.NOT_ADVANCING.name());
    }

    /// This summary, naming what failed.
    public FailureSummary of(String what) {
        return new FailureSummary(name, "%s failed: %s".formatted(what, message));
    }

    /// A workflow's failure with its bottom on top, where the Temporal UI shows it. A cancellation stays as it is.
    public static TemporalFailure asWorkflowFailure(TemporalFailure failure) {
        if (chain(failure).anyMatch(CanceledFailure.class::isInstance)) {
            return failure;
        }
        FailureSummary trouble = of(failure);
        return ApplicationFailure.newNonRetryableFailure(trouble.message(), trouble.name());
    }

    /// This summary as a failure of the workflow that waited.
    public ApplicationFailure failure(String what) {
        return ApplicationFailure.newNonRetryableFailure("%s: %s".formatted(what, message), name);
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /// Name and message in one line, for lists of runs: a message about settings has one line a setting. A list of
    /// replies is left out.
    public String line() {
        return toString()
                .replaceFirst("(?s)\\R- .*", "")
                .replaceAll(":\\s*\\R\\s*", ": ")
                .replaceAll("\\s*\\R\\s*", "; ");
    }

    @Override
    public String toString() {
        return "%s: %s".formatted(name, message);
    }
}
