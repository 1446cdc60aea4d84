package spice.activities;

import spice.model.StopReason;

/// One answer of the Reasoner.
record Attempt(int[] tokens, float[] logProbs, StopReason stopReason, String text) {}
