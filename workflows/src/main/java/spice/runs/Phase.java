package spice.runs;

/// What a run is doing, as people see it and search for it.
public enum Phase {
    STARTING("starting"),
    INGESTING("ingesting"),
    EVALUATING("evaluating"),
    ITERATING("iterating"),
    PAUSED("paused"),
    NEEDS_ATTENTION(RunProgress.NEEDS_ATTENTION),
    COMPARING("comparing"),
    DONE("done"),
    ABORTED("aborted"),
    CANCELLED("cancelled"),
    FAILED("failed");

    private final String word;

    Phase(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
