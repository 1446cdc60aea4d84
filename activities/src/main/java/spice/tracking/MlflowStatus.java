package spice.tracking;

/// The state of a run in MLflow's own words.
public enum MlflowStatus {
    /// The run goes on, or waits for a person.
    RUNNING,
    /// The run ended by itself.
    FINISHED,
    /// The run failed, or was aborted.
    FAILED,
    /// The run was cancelled or terminated.
    KILLED
}
