package spice.operating;

/// What the operator decides about a failure.
public sealed interface Decision {

    /// Retry what failed.
    ///
    /// @param fresh with other seeds: a failure that follows from its inputs comes back without
    record Retry(boolean fresh) implements Decision {}

    /// Go on without it.
    record Skip(String reason) implements Decision {}
}
