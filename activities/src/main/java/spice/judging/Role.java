package spice.judging;

/// The role that a sequence trains.
public enum Role {
    CHALLENGER,
    REASONER
}
