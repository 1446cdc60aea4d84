package spice.model;

/// What a long computation calls before each of its pieces, a decode step or a micro-batch, from whichever thread
/// computes: a sign that it moves, and the place to end it, by throwing. It should cost next to nothing.
@FunctionalInterface
public interface Pulse {
    /// Nobody watches.
    Pulse NONE = () -> {};

    /// The next piece is about to begin.
    void beat();
}
