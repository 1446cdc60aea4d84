package spice.model;

import static spice.model.Preconditions.require;

/// A prompt and a completion to learn from. The three arrays have equal length.
///
/// @param tokens prompt and completion
/// @param trained whether each token was sampled by the policy and is in the loss; never the first
/// @param samplerLogProbs the sampler's log-probability of each trained token; not read elsewhere
/// @param advantage of the whole sequence
/// @param weight the sequence's share in the batch loss: 1 / (number of its role's sequences in the update)
@SuppressWarnings("ArrayRecordComponent") // tokens are arrays throughout; never compared
public record Trajectory(int[] tokens, boolean[] trained, float[] samplerLogProbs, double advantage, double weight) {
    public Trajectory {
        require(
                tokens.length == trained.length && tokens.length == samplerLogProbs.length,
                "%d tokens, %d marks and %d log-probabilities",
                tokens.length,
                trained.length,
                samplerLogProbs.length);
        require(
                tokens.length > 0 && !trained[0],
                "the first token of a trajectory follows nothing and cannot be trained");
        require(Double.isFinite(advantage), "the advantage must be finite, got %s", advantage);
        require(weight > 0 && Double.isFinite(weight), "the weight must be positive, got %s", weight);
    }

    int length() {
        return tokens.length;
    }

    int trainedTokens() {
        int count = 0;
        for (boolean mark : trained) {
            count += mark ? 1 : 0;
        }
        return count;
    }
}
