package spice.roles;

import java.util.Optional;

/// Where the Reasoner's answer stands in its reply.
public interface AnswerFormat {
    /// The final answer in a Reasoner's reply, as written, or empty if there is none to be read.
    Optional<String> finalAnswer(String reply);
}
