package spice.model;

/// A sign of progress from a long computation, which calls it before every decode step or micro-batch, on any
/// thread that computes. Throwing from it ends the computation. It should cost next to nothing.
@FunctionalInterface
public interface Pulse {
    /// Does nothing.
    Pulse NONE = () -> {};

    /// The next decode step or micro-batch is about to begin.
    void beat();
}
