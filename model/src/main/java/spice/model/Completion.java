package spice.model;

import static spice.model.Preconditions.require;

/// What the policy wrote after a prompt.
///
/// @param tokens the new tokens, the stop token included where there is one
/// @param logProbs each token's log-probability in the distribution it was drawn from, at the sampling
///     temperature; for temperature 0 in the model's own distribution
/// @param stopReason why it ended
@SuppressWarnings("ArrayRecordComponent") // tokens are arrays throughout; never compared
public record Completion(int[] tokens, float[] logProbs, StopReason stopReason) {
    public Completion {
        require(
                tokens.length == logProbs.length,
                "%d tokens come with %d log-probabilities",
                tokens.length,
                logProbs.length);
    }
}
