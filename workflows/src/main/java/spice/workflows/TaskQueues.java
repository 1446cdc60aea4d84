package spice.workflows;

/// Where work waits for workers.
public final class TaskQueues {
    /// Workflows; also the queue to name in the Web UI's start form.
    public static final String RUNS = "spice";

    /// Steps that need no model: ingest, draw, score, commit.
    public static final String CPU = "spice-cpu";

    /// Steps that run the model: pose, attempt, train, evaluate. A worker takes one at a time.
    public static final String GPU = "spice-gpu";

    private TaskQueues() {}
}
