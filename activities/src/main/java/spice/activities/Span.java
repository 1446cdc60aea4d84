package spice.activities;

/// A stretch of a dialogue: given to the policy, or sampled from it.
///
/// @param logProbs the sampler's log-probability of each token; empty for a stretch that was given
record Span(int[] tokens, float[] logProbs) {
    boolean sampled() {
        return logProbs.length > 0;
    }
}
