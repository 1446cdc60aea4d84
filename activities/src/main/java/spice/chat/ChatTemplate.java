package spice.chat;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// How a model's dialogue with a user is written: the texts around what the two say.
///
/// A dialogue grows at its end alone: the prompt, the tokens that the model wrote, the follow-up, and so on. So
/// what a model saw is what its trajectory holds, also where its chat template would show it earlier replies in
/// another form (Qwen3's leaves out their thoughts). The template says what stands around messages, not what the
/// model has said.
///
/// Messages are stripped of blanks at their ends, as most templates do.
public final class ChatTemplate {
    private static final String NEXT_SPEAKER = "\n\nUser:";

    private final String before;
    private final String behind;
    private final String between;
    private final Optional<String> stop;
    private final Marks marks;

    /// @param before stands before the first message
    /// @param behind stands between a message and the reply to it
    /// @param between stands between the end of a reply and the next message
    /// @param stop ends a reply besides the model's stop tokens
    /// @param marks texts that the tokenizer takes for more than their letters
    ChatTemplate(String before, String behind, String between, Optional<String> stop, Collection<String> marks) {
        this.before = before;
        this.behind = behind;
        this.between = between;
        this.stop = stop;
        this.marks = Marks.of(marks);
    }

    /// A plain transcript, for base models without a template, as the paper asks OctoThinker (SPICE Fig. 8). A
    /// reply ends with a stop token, or where the model goes on to speak for the user.
    public static ChatTemplate transcript() {
        return transcript("", List.of());
    }

    /// @param begin what the tokenizer puts before any text
    static ChatTemplate transcript(String begin, Collection<String> marks) {
        return new ChatTemplate(begin + "User: ", "\n\nAssistant:", " ", Optional.of(NEXT_SPEAKER), marks);
    }

    /// What ends a reply besides the model's stop tokens: the model's trajectory goes up to it.
    public Optional<String> stop() {
        return stop;
    }

    /// A dialogue's first message, up to where the model replies.
    public String opening(String user) {
        return before + user.strip() + behind;
    }

    /// A further message, directly behind the tokens of the model's last reply.
    public String followUp(String reply, String user) {
        String end = stop.filter(text -> !reply.contains(text)).orElse("");
        return end + between + user.strip() + behind;
    }

    /// What the model says in a reply, without what ends it.
    public String said(String reply) {
        int end = stop.map(reply::indexOf).orElse(-1);
        return end < 0 ? reply : reply.substring(0, end);
    }

    /// The text with special tokens spelled apart: a document that holds `<|im_end|>` must not end the user's turn.
    public String defused(String text) {
        return marks.defused(text);
    }
}
