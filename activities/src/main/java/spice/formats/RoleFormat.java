package spice.formats;

import java.util.List;
import java.util.Optional;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Task;

/// The prompts of both roles for one family of models. Pure: equal arguments give equal text.
public sealed interface RoleFormat extends AnswerFormat permits NanoFormat, JsonFormat {

    /// The Challenger's next turn, given its replies so far. With no replies it is always an
    /// [ChallengerTurn.Ask].
    ///
    /// @param passage what it reads; empty for the control without documents
    /// @param drawn the kind that the run has drawn, or empty where the model chooses
    ChallengerTurn challenge(Optional<Passage> passage, Optional<AnswerKind> drawn, List<String> replies);

    /// The whole prompt of the Reasoner. It is made from the task's question (and options) alone.
    String reasonerPrompt(Task task);
}
