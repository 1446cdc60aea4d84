package spice.workflows;

/// The task queues on which work waits for workers.
public final class TaskQueues {
    /// Workflows; also the queue that the Web UI's start form asks for.
    public static final String RUNS = "spice";

    /// Steps that need no model: ingest, draw, score, commit.
    public static final String CPU = "spice-cpu";

    /// Steps that sample from the model: pose, attempt, evaluate.
    public static final String SAMPLE = "spice-sample";

    /// Steps that train the model. A worker that also samples does one of the two at a time.
    public static final String TRAIN = "spice-train";

    private TaskQueues() {}

    /// The queue of sampling steps for one worker, which polls [#SAMPLE] as well.
    ///
    /// @param worker its unique name
    public static String sampleAt(String worker) {
        return "%s@%s".formatted(SAMPLE, worker);
    }
}
