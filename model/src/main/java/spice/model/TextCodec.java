package spice.model;

import java.util.List;

/// Text to tokens and back. Safe for several threads at once.
public interface TextCodec {
    /// The tokens of a text. Special tokens that are spelled out in the text are recognised; none are added.
    int[] encode(String text);

    /// The text of tokens. Stop tokens are left out; every other special token is spelled out, so that a reader
    /// of replies sees what the model really wrote.
    String decode(int[] tokens);

    /// The tokens of which any ends a completion; at least one.
    List<Integer> stopTokens();
}
