package spice.formats;

import java.util.Optional;

/// Finds the Reasoner's answer in its reply.
public interface AnswerFormat {
    /// The final answer in a reply, as written; empty if there is none.
    Optional<String> finalAnswer(String reply);
}
