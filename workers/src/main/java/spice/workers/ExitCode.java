package spice.workers;

/// What the program says to the shell.
final class ExitCode {
    static final int OK = 0;
    /// The run, or what was asked for, failed.
    static final int FAILED = 1;
    /// The command line, the settings or the documents cannot be used.
    static final int BAD_INPUT = 2;
    /// The model posed no valid task on these documents.
    static final int NO_VALID_TASKS = 4;
    /// The run waits for a person.
    static final int NEEDS_ATTENTION = 5;
    /// A step of this worker stood still and could not be ended.
    static final int STUCK = 70;
    /// What the shell makes of a process that SIGTERM ended.
    static final int TERMINATED = 143;

    private ExitCode() {}
}
