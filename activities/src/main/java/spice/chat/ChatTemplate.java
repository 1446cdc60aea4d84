package spice.chat;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// How a dialogue between a model and a user is written: the texts around their messages.
///
/// A dialogue grows only at its end: the prompt, the tokens that the model wrote, the follow-up, and so on. So a
/// trajectory holds exactly what the model saw, even where the model's chat template would show earlier replies in
/// another form (Qwen3's omits their thoughts). The template only determines what stands around messages.
///
/// Messages are stripped of blanks at both ends, as most templates do.
public final class ChatTemplate {
    private static final String NEXT_SPEAKER = "\n\nUser:";

    private final DialogueTexts texts;
    private final SpecialTokens marks;

    ChatTemplate(DialogueTexts texts) {
        this.texts = texts;
        this.marks = SpecialTokens.of(texts.marks());
    }

    /// A plain transcript, for base models without a template, as the paper prompts OctoThinker (SPICE Fig. 8). A
    /// reply ends with a stop token, or where the model goes on to speak for the user.
    public static ChatTemplate transcript() {
        return new ChatTemplate(transcript("", List.of()));
    }

    /// A plain transcript for a tokenizer.
    ///
    /// @param begin what the tokenizer puts before any text
    /// @param marks texts of its special tokens
    static DialogueTexts transcript(String begin, Collection<String> marks) {
        return new DialogueTexts(begin + "User: ", "\n\nAssistant:", " ", Optional.of(NEXT_SPEAKER), marks);
    }

    /// The text that ends a reply, besides the model's stop tokens. The model's trajectory includes it.
    public Optional<String> stop() {
        return texts.stop();
    }

    /// A dialogue's first message, up to the place where the model replies.
    public String opening(String user) {
        return texts.before() + user.strip() + texts.behind();
    }

    /// A further message, directly after the tokens of the model's last reply.
    public String followUp(String reply, String user) {
        String end = texts.stop().filter(text -> !reply.contains(text)).orElse("");
        return end + texts.between() + user.strip() + texts.behind();
    }

    /// A reply without the text that ends it.
    public String said(String reply) {
        int end = texts.stop().map(reply::indexOf).orElse(-1);
        return end < 0 ? reply : reply.substring(0, end);
    }

    /// The text with its special tokens broken up: a document that contains `<|im_end|>` must not end the user's
    /// turn.
    public String defused(String text) {
        return marks.defused(text);
    }
}
