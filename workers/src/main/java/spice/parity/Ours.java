package spice.parity;

/// What we say of a model, for `fixtures.py check`: `ours.json` beside the model.
///
/// @param text tokens
/// @param base logits of the text by the model that transformers made
/// @param trained the same by the model that we trained from it
/// @param greedy our greedy tokens
@SuppressWarnings("ArrayRecordComponent") // written as JSON; never compared
record Ours(int[] text, float[][] base, float[][] trained, int[] greedy) {}
