package spice.workflows;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import java.time.Duration;

/// The table of patience: how long each kind of call may take and be silent, and how often it is tried.
///
/// | call | may take | may be silent | why |
/// |---|---|---|---|
/// | [#quick] | 5 min | the same | small reads and writes of the store; a worker that dies in one is noticed late, but
/// costs only seconds to repeat |
/// | [#ingest] | 24 h | 1 min | a first ingest of a large corpus; each parsed file is kept, so a retry goes on where it
/// stopped |
/// | [#gpu] | 24 h | 15 s | a lane of sampling, a training pass; the heartbeat comes from a thread of its own, so that
/// a silent worker is a dead one |
///
/// All are tried again for as long as half an hour of trouble lasts (60 times, at most 30 s apart): a store or a
/// worker that comes back within it costs nothing but time. A [Failure] is never tried again.
final class Calls {
    private static final RetryOptions PATIENT = RetryOptions.newBuilder()
            .setInitialInterval(Duration.ofSeconds(1))
            .setBackoffCoefficient(2)
            .setMaximumInterval(Duration.ofSeconds(30))
            .setMaximumAttempts(60)
            .build();

    private Calls() {}

    static ActivityOptions quick(String summary) {
        return call(TaskQueues.CPU, summary)
                .setStartToCloseTimeout(Duration.ofMinutes(5))
                .build();
    }

    static ActivityOptions ingest(String summary) {
        return call(TaskQueues.CPU, summary)
                .setStartToCloseTimeout(Duration.ofHours(24))
                .setHeartbeatTimeout(Duration.ofMinutes(1))
                .build();
    }

    static ActivityOptions gpu(String summary) {
        return call(TaskQueues.GPU, summary)
                .setStartToCloseTimeout(Duration.ofHours(24))
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                .build();
    }

    private static ActivityOptions.Builder call(String queue, String summary) {
        return ActivityOptions.newBuilder()
                .setTaskQueue(queue)
                .setRetryOptions(PATIENT)
                .setSummary(summary);
    }
}
