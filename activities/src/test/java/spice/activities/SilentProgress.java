package spice.activities;

/// Hears what a step says, and lets it go on.
class SilentProgress implements Progress {
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
