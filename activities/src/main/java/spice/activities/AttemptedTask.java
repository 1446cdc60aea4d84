package spice.activities;

import java.util.List;

/// A task with the Reasoner's group of answers.
///
/// @param document position in the iteration's draw
/// @param task number of the Challenger's attempt that posed it
/// @param prompt what the Reasoner saw
record AttemptedTask(int document, int task, int[] prompt, List<Attempt> attempts) {
    AttemptedTask {
        attempts = List.copyOf(attempts);
    }

    /// New tokens in all attempts.
    long sampledTokens() {
        return attempts.stream().mapToLong(attempt -> attempt.tokens().length).sum();
    }
}
