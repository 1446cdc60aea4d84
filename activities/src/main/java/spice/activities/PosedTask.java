package spice.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Task;

/// One attempt of the Challenger at a document.
///
/// @param attempt number at this document, from 0 over all rounds
/// @param task the task, if it is valid
/// @param refusal why it is not, otherwise
/// @param detail the refusal in a line
/// @param repairs that reading the replies took; not written where there were none
/// @param dialogue prompts and replies in order: one trajectory, all replies trained
/// @param replies the replies as text
record PosedTask(
        int attempt,
        Optional<Task> task,
        Optional<Refusal> refusal,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Repair> repairs,
        List<Span> dialogue,
        List<String> replies) {
    PosedTask {
        repairs = repairs == null ? List.of() : List.copyOf(repairs);
        dialogue = List.copyOf(dialogue);
        replies = List.copyOf(replies);
    }

    boolean valid() {
        return task.isPresent();
    }

    /// New tokens in all replies.
    long sampledTokens() {
        return dialogue.stream()
                .filter(Span::sampled)
                .mapToLong(span -> span.tokens().length)
                .sum();
    }
}
