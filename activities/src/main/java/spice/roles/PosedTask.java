package spice.roles;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Task;

/// One attempt of the Challenger at a document.
///
/// @param number of the attempt at this document, from 0 over all rounds
/// @param task the task, if it is valid
/// @param refusal why the attempt is no task, otherwise
/// @param detail the refusal in one line; empty for a task
/// @param repairs what reading the replies repaired; not written if empty
/// @param dialogue prompts and replies in order: one trajectory, of which all replies are trained
/// @param replies the replies as text
public record PosedTask(
        @JsonProperty("attempt") int number,
        Optional<Task> task,
        Optional<Refusal> refusal,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Repair> repairs,
        List<Span> dialogue,
        List<String> replies) {
    public PosedTask {
        repairs = repairs == null ? List.of() : List.copyOf(repairs);
        dialogue = List.copyOf(dialogue);
        replies = List.copyOf(replies);
    }

    public boolean valid() {
        return task.isPresent();
    }

    /// Sampled tokens of all replies.
    public long sampledTokens() {
        return dialogue.stream()
                .filter(Span::sampled)
                .mapToLong(span -> span.tokens().length)
                .sum();
    }
}
