package spice.activities;

/// Who is being trained by a sequence.
enum Role {
    CHALLENGER,
    REASONER
}
