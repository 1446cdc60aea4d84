/// A small language model that samples and learns: TorchScript run by DJL, files in Hugging Face layout. Knows no
/// other room.
///
/// Letters of the shapes: B sequences, T tokens of a sequence, G prompts, K completions of a prompt, H heads, J
/// heads of keys and values, R = H / J, D width of a head, E width of the model, V vocabulary.
@NullMarked
package spice.model;

import org.jspecify.annotations.NullMarked;
