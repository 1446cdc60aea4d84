package spice.roles;

import spice.model.StopReason;

/// One answer of the Reasoner, with the sampler's log-probability of each token.
public record Attempt(int[] tokens, float[] logProbs, StopReason stopReason, String text) {}
