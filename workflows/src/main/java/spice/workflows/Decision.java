package spice.workflows;

/// What the operator wants done about something that failed.
sealed interface Decision {

    /// Take it again.
    ///
    /// @param fresh with other seeds, for a failure that is a function of its inputs
    record Retry(boolean fresh) implements Decision {}

    /// Go on without it.
    record Skip(String reason) implements Decision {}
}
