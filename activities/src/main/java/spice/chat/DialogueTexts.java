package spice.chat;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The texts around the messages of a dialogue, as they are kept in the store.
///
/// @param before stands before the first message
/// @param behind stands between a message and the reply to it
/// @param between stands between the end of a reply and the next message
/// @param stop text that ends a reply, besides the model's stop tokens
/// @param marks texts of special tokens
record DialogueTexts(String before, String behind, String between, Optional<String> stop, Collection<String> marks) {
    DialogueTexts {
        marks = List.copyOf(marks);
    }
}
