/// A small language model that samples and learns: a Qwen3-shaped decoder whose mathematics is TorchScript text
/// run by DJL, its files in Hugging Face layout, and the two things a self-play run asks of it,
/// [spice.model.Policy] and [spice.model.Learner].
///
/// Letters of the shapes: B sequences, T tokens of a sequence, G prompts, K completions of a prompt, H heads, J
/// heads of keys and values, R = H / J, D width of a head, E width of the model, V vocabulary.
@NullMarked
package spice.model;

import org.jspecify.annotations.NullMarked;
