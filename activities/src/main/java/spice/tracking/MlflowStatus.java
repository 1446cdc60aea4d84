package spice.tracking;

/// How MLflow shows that a run stands; its own words.
public enum MlflowStatus {
    /// It goes on, or waits for a person.
    RUNNING,
    /// It ended by itself.
    FINISHED,
    /// It failed, or was aborted.
    FAILED,
    /// It was cancelled or terminated.
    KILLED
}
