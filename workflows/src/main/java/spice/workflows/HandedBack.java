package spice.workflows;

import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/// How a worker hands back a step that it cannot begin, since another step has just taken its device.
public final class HandedBack {
    private static final String TYPE = "HANDED_BACK";
    private static final String MESSAGE = "the worker's device was just taken by a step of another queue; handed back";
    /// By then another worker polls for it, or this queue waits until the device is free.
    private static final Duration SOON = Duration.ofMillis(200);

    private HandedBack() {}

    /// Hands it back to the queue, which other workers poll too.
    public static ApplicationFailure toTheQueue() {
        return ApplicationFailure.newBuilder()
                .setMessage(MESSAGE)
                .setType(TYPE)
                .setNextRetryDelay(SOON)
                .build();
    }

    /// Hands it back to the workflow: on a queue that only this worker polls, it would wait while others are idle.
    public static ApplicationFailure toTheWorkflow() {
        return ApplicationFailure.newNonRetryableFailure(MESSAGE, TYPE);
    }

    static boolean is(ApplicationFailure failure) {
        return failure.getType().equals(TYPE);
    }
}
