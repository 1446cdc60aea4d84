package spice.workflows;

import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.FailureConverter;
import io.temporal.failure.DefaultFailureConverter;

/// Failures as a person is to read them in the Temporal UI: their names and messages. Where in our code they come
/// from would only hide these there; the worker that failed has it in its log.
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
