package spice.roles;

import spice.domain.Refusal;
import spice.domain.Task;

/// What follows in the Challenger's dialogue over one document.
public sealed interface ChallengerTurn {

    /// More text for the model, to which it replies.
    ///
    /// @param text goes after everything said so far, special tokens included as the tokenizer spells them
    record Ask(String text) implements ChallengerTurn {}

    /// The dialogue ended in a well-formed task; whether it is grounded in the passage is for [Grounding] to say.
    record Posed(Task task) implements ChallengerTurn {}

    /// The dialogue ended without a task.
    ///
    /// @param detail one line that names what was wrong, with the offending value cut to a readable length
    record Refused(Refusal reason, String detail) implements ChallengerTurn {}
}
