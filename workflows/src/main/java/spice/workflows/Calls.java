package spice.workflows;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import spice.settings.RunSettings;

/// The table of patience: how long each kind of call may take and be silent, and how often it is tried.
///
/// | call | may take | may be silent | why |
/// |---|---|---|---|
/// | [#quick] | 1 h | `heartbeatSeconds` | small reads and writes of the store; only the first upload of a large
/// base takes minutes |
/// | [#ingest] | 24 h | 1 min | a first ingest of a large corpus; each parsed file is kept, so a retry goes on
/// where it stopped |
/// | [#sample], [#train] | 24 h | `heartbeatSeconds` | a lane of sampling, a training pass; the heartbeat comes
/// from a thread of its own, so that a silent worker is a dead one |
/// | [#sampleAt] | 24 h, begun within 5 s | `heartbeatSeconds` | the worker that has the checkpoint at hand saves
/// the seconds of fetching it, and no more; then any worker is asked |
///
/// A step that is alive but makes no progress fails with [Failure#NOT_ADVANCING]. The worker decides how long
/// that may last (`spice worker --patience`, 10 minutes), since it depends on the worker's disk and device.
///
/// Every call is retried through half an hour of trouble (60 times, at most 30 s apart): a store or a worker that
/// comes back in that time costs nothing else. A [Failure] is never retried.
///
/// @param heartbeat how long a worker may be silent
/// @param lineage key by which the server serves runs that wait for the same workers in turn, where its settings
///     allow it
record Calls(Duration heartbeat, String lineage) {
    private static final RetryOptions PATIENT = RetryOptions.newBuilder()
            .setInitialInterval(Duration.ofSeconds(1))
            .setBackoffCoefficient(2)
            .setMaximumInterval(Duration.ofSeconds(30))
            .setMaximumAttempts(60)
            .build();

    /// An idle worker takes a step within milliseconds, and one that was just killed is back within three seconds.
    private static final Duration AT_HAND = Duration.ofSeconds(5);

    /// Longest fairness key that the server takes.
    private static final int FAIRNESS_KEY = 64;

    static Calls of(RunSettings settings, String lineage) {
        return new Calls(Duration.ofSeconds(settings.heartbeatSeconds()), lineage);
    }

    /// The calls of the run in whose workflow this runs.
    static Calls ofRun(RunSettings settings) {
        return of(settings, Workflow.getInfo().getWorkflowId());
    }

    ActivityOptions quick(String summary) {
        return call(TaskQueues.CPU, summary)
                .setStartToCloseTimeout(Duration.ofHours(1))
                .setHeartbeatTimeout(heartbeat)
                .build();
    }

    ActivityOptions ingest(String summary) {
        return call(TaskQueues.CPU, summary)
                .setStartToCloseTimeout(Duration.ofHours(24))
                .setHeartbeatTimeout(Duration.ofMinutes(1))
                .build();
    }

    ActivityOptions sample(String summary) {
        return model(TaskQueues.SAMPLE, summary).build();
    }

    /// @param queue of one worker
    ActivityOptions sampleAt(String queue, String summary) {
        return model(queue, summary).setScheduleToStartTimeout(AT_HAND).build();
    }

    ActivityOptions train(String summary) {
        return model(TaskQueues.TRAIN, summary).build();
    }

    private ActivityOptions.Builder model(String queue, String summary) {
        return call(queue, summary).setStartToCloseTimeout(Duration.ofHours(24)).setHeartbeatTimeout(heartbeat);
    }

    private ActivityOptions.Builder call(String queue, String summary) {
        String key = lineage.length() <= FAIRNESS_KEY ? lineage : lineage.substring(0, FAIRNESS_KEY);
        return ActivityOptions.newBuilder()
                .setTaskQueue(queue)
                .setRetryOptions(PATIENT)
                .setPriority(Priority.newBuilder().setFairnessKey(key).build())
                .setSummary(summary);
    }
}
