package spice.local;

import org.jspecify.annotations.Nullable;

/// Something that only the user can put right. The message is one line that names the thing and the remedy; it is
/// all that is shown, and the program ends with this exit code.
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int FAILED = 1;

    private final int exitCode;

    public UserError(String message) {
        this(message, FAILED);
    }

    public UserError(String message, int exitCode) {
        this(message, exitCode, null);
    }

    public UserError(String message, @Nullable Throwable cause) {
        this(message, FAILED, cause);
    }

    private UserError(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
