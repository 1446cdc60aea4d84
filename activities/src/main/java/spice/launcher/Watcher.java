package spice.launcher;

/// Who watches a job. Each method throws what is to end it.
public interface Watcher {
    /// The job has said what it is at.
    void said(String what);

    /// Nothing was said; called several times a second.
    void look();
}
