package spice.model;

import static spice.model.Check.require;

/// How completions are drawn.
///
/// @param temperature divides the logits; 0 takes the most likely token each time
/// @param maxNewTokens a completion without stop token ends here
public record Sampling(double temperature, int maxNewTokens) {
    public Sampling {
        require(temperature >= 0 && Double.isFinite(temperature), "temperature must be 0 or more, got %s", temperature);
        require(maxNewTokens > 0, "maxNewTokens must be positive, got %d", maxNewTokens);
    }
}
