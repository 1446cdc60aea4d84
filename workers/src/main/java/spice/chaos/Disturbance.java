package spice.chaos;

/// A kind of disturbance that may happen to a run.
public enum Disturbance {
    KILL_CPU_WORKER("SIGKILL of the CPU worker", true),
    KILL_GPU_WORKER("SIGKILL of the GPU worker", true),
    KILL_TEMPORAL("SIGKILL of the Temporal server", true),
    KILL_S3("SIGKILL of the S3 server", true),
    KILL_SUPERVISOR("SIGKILL of the supervisor", true),
    KILL_COMMAND("SIGKILL of the command line", true),
    TERM_WORKER("SIGTERM of a worker", false),
    STOP_WORKER("SIGSTOP of a worker", false),
    S3_REFUSES("S3 refuses connections", false),
    S3_SLOW("S3 is slow", false),
    S3_UNAVAILABLE("S3 answers 503", false),
    S3_CUT("S3 cut in an upload", false),
    CORRUPT_CACHE("cached file corrupted", false),
    FULL_DISK("disk full", false),
    CLOCK_JUMP("clock jumps", false);

    private final String words;
    private final boolean kill;

    Disturbance(String words, boolean kill) {
        this.words = words;
        this.kill = kill;
    }

    /// Whether this disturbance kills a process.
    boolean isKill() {
        return kill;
    }

    /// The disturbance in words, for people.
    @Override
    public String toString() {
        return words;
    }
}
