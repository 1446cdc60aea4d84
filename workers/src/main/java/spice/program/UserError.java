package spice.program;

import org.jspecify.annotations.Nullable;

/// An error that only the user can mend. The message names the cause and the remedy; it is all that is shown, and
/// the program ends with the exit code.
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    public UserError(String message) {
        this(message, ExitCode.FAILED);
    }

    public UserError(String message, int exitCode) {
        this(message, exitCode, null);
    }

    public UserError(String message, @Nullable Throwable cause) {
        this(message, ExitCode.FAILED, cause);
    }

    private UserError(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
