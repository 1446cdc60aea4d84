package spice.roles;

/// A stretch of a dialogue, either given to the policy or sampled from it.
///
/// @param logProbs the sampler's log-probability of each token; empty for a stretch that was given
public record Span(int[] tokens, float[] logProbs) {
    public boolean sampled() {
        return logProbs.length > 0;
    }
}
