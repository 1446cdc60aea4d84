package spice.parity;

/// Our numbers for a model, written as `ours.json` beside it and read by `fixtures.py check`.
///
/// @param text T tokens
/// @param base logits (T, V) of the text by the model that transformers made
/// @param trained logits (T, V) of the text by the model that we trained from it
/// @param greedy tokens that the untrained model samples at temperature 0
@SuppressWarnings("ArrayRecordComponent") // written as JSON; never compared
record Ours(int[] text, float[][] base, float[][] trained, int[] greedy) {}
