package spice.steps;

/// Ignores all progress, and never ends the step.
public class SilentProgress implements StepProgress {
    @Override
    public void now(String what) {}

    @Override
    public void beat() {}

    @Override
    public void look() {}

    @Override
    public boolean isStopping() {
        return false;
    }
}
