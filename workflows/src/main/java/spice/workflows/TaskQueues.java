package spice.workflows;

/// Where work waits for workers.
public final class TaskQueues {
    /// Workflows; also the queue to name in the Web UI's start form.
    public static final String RUNS = "spice";

    /// Steps that need no model: ingest, draw, score, commit.
    public static final String CPU = "spice-cpu";

    /// Steps that sample from the model: pose, attempt, evaluate.
    public static final String SAMPLE = "spice-sample";

    /// Steps that train the model. A worker that also samples does one of both at a time.
    public static final String TRAIN = "spice-train";

    private TaskQueues() {}

    /// Where steps that sample wait for this one worker, which asks [#SAMPLE] as well.
    ///
    /// @param worker its name, which no other worker has
    public static String sampleAt(String worker) {
        return "%s@%s".formatted(SAMPLE, worker);
    }
}
