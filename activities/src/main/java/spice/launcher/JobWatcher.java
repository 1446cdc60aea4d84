package spice.launcher;

/// Watches a job. Whatever a method throws ends the wait for the job.
public interface JobWatcher {
    /// The job has printed a line of progress.
    void said(String what);

    /// The job has printed no progress; called several times a second.
    void look();
}
