package spice.domain;

/// The verifier's verdict on one attempt.
public enum Verdict {
    /// The reply's final answer equals the gold answer: reward 1.
    CORRECT,
    /// The reply's final answer differs from the gold answer: reward 0.
    WRONG,
    /// The reply has no final answer that can be read: reward 0.
    UNREADABLE,
    /// Deciding would take more work than the bounds allow, because of the gold answer itself. Counted and shown,
    /// but left out of pass rate and advantages: a verifier that gives up must not count as an error of the
    /// Reasoner.
    UNDECIDED
}
