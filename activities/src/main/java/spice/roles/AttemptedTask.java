package spice.roles;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// A task with the Reasoner's group of answers.
///
/// @param document position in the iteration's draw
/// @param number of the Challenger's attempt that posed it
/// @param prompt of the Reasoner, in tokens
public record AttemptedTask(
        int document, @JsonProperty("task") int number, int[] prompt, List<Attempt> attempts) {
    public AttemptedTask {
        attempts = List.copyOf(attempts);
    }

    public TaskId id() {
        return new TaskId(document, number);
    }

    /// Sampled tokens of all attempts.
    public long sampledTokens() {
        return attempts.stream().mapToLong(attempt -> attempt.tokens().length).sum();
    }
}
