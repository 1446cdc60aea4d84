package spice.program;

/// Exit codes of the program.
public final class ExitCode {
    public static final int OK = 0;
    /// The run, or what was asked for, failed.
    public static final int FAILED = 1;
    /// The command line, the settings or the documents cannot be used.
    public static final int BAD_INPUT = 2;
    /// The model posed no valid task on these documents, or learned nothing from them.
    public static final int NOTHING_LEARNED = 4;
    /// The run waits for a person.
    public static final int NEEDS_ATTENTION = 5;
    /// A step of this worker stalled and could not be ended.
    public static final int STUCK = 70;
    /// The code by which a shell reports a process that SIGTERM ended.
    public static final int TERMINATED = 143;

    private ExitCode() {}
}
