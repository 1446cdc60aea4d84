package spice.runs;

import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.FailureConverter;
import io.temporal.failure.DefaultFailureConverter;

/// Failures as a person reads them in the Temporal UI: names and messages. Stack traces would hide these there;
/// the worker that failed has them in its log.
final class ReadableFailures implements FailureConverter {
    private final FailureConverter usual = new DefaultFailureConverter();

    @Override
    public RuntimeException failureToException(Failure failure, DataConverter converter) {
        return usual.failureToException(failure, converter);
    }

    @Override
    public Failure exceptionToFailure(Throwable failure, DataConverter converter) {
        return withoutStackTraces(usual.exceptionToFailure(failure, converter));
    }

    private static Failure withoutStackTraces(Failure failure) {
        Failure.Builder readable = failure.toBuilder().clearStackTrace();
        if (failure.hasCause()) {
            readable.setCause(withoutStackTraces(failure.getCause()));
        }
        return readable.build();
    }
}
