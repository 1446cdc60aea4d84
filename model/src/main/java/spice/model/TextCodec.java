package spice.model;

import java.util.List;

/// Text to tokens and back. Safe for several threads at once.
public interface TextCodec {
    /// The tokens of a text. Special tokens that the text spells out are recognised; none are added.
    int[] encode(String text);

    /// The text of tokens. Stop tokens are left out. Other special tokens are spelled out, so that a reader of
    /// replies sees what the model really wrote.
    String decode(int[] tokens);

    /// The tokens that end a completion; at least one.
    List<Integer> stopTokens();
}
