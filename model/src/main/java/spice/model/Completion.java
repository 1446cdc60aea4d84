package spice.model;

import static spice.model.Check.require;

/// What the policy wrote after a prompt.
///
/// @param tokens the new tokens, the stop token included where there is one
/// @param logProbs each token's log-probability under the distribution it was drawn from, that is at the sampling
///     temperature; for temperature 0 under the model's own distribution
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
