package spice.workflows;

import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/// A worker's answer to a step that it has taken and cannot begin, since its device was just taken by another.
public final class HandedBack {
    private static final String TYPE = "HANDED_BACK";
    private static final String MESSAGE = "the worker's device was just taken by a step of another queue; handed back";
    /// By then another worker has asked for it, or this queue waits for the device to be free.
    private static final Duration SOON = Duration.ofMillis(200);

    private HandedBack() {}

    /// Back to the queue, where others ask as well.
    public static ApplicationFailure toTheQueue() {
        return ApplicationFailure.newBuilder()
                .setMessage(MESSAGE)
                .setType(TYPE)
                .setNextRetryDelay(SOON)
                .build();
    }

    /// Back to the workflow: on a queue that only this worker asks, the step would wait while others are idle.
    public static ApplicationFailure toTheWorkflow() {
        return ApplicationFailure.newNonRetryableFailure(MESSAGE, TYPE);
    }

    static boolean is(ApplicationFailure failure) {
        return failure.getType().equals(TYPE);
    }
}
