package spice.formats;

import java.util.Optional;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Task;
import spice.verify.AnswerVerifier;
import spice.verify.Derivation;

/// Checks that a task rests on its document. The paper does not: there a task is valid by its form alone. Without
/// the check the Challenger learns to pose what the Reasoner already believes, and the two agree more and more on
/// wrong answers.
///
/// - Rule `quoted`: every quote stands verbatim in the passage, and one of them holds the answer.
/// - Rule `derived`, where the task gives a derivation: every quote stands in the passage, every number of the
///   derivation stands in a quote, and the derivation comes to the answer.
///
/// Whether the question asks for what the quote says is not checked: no rule can decide it, and the Reasoner's
/// attempts show it.
public final class Grounding {
    private Grounding() {}

    /// The first rule that the task breaks, if it breaks one.
    public static Optional<ChallengerTurn.Refused> check(Task task, Passage passage) {
        if (task.quotes().isEmpty()) {
            return refused(Refusal.QUOTE_NOT_IN_DOCUMENT, "the task quotes nothing");
        }
        Optional<String> invented = task.quotes().stream()
                .filter(quote -> !Verbatim.standsIn(quote, passage.text()))
                .findFirst();
        if (invented.isPresent()) {
            return refused(Refusal.QUOTE_NOT_IN_DOCUMENT, "not in the document: %s", invented.get());
        }
        return task.derivation().isBlank() ? quoted(task) : derived(task);
    }

    private static Optional<ChallengerTurn.Refused> quoted(Task task) {
        return task.quotes().stream().anyMatch(quote -> AnswerVerifier.finds(task, quote))
                ? Optional.empty()
                : refused(Refusal.ANSWER_NOT_IN_QUOTE, "answer %s is in none of %s", task.answer(), task.quotes());
    }

    private static Optional<ChallengerTurn.Refused> derived(Task task) {
        Optional<Derivation> derivation = Derivation.parse(task.derivation());
        if (derivation.isEmpty()) {
            return refused(Refusal.DERIVATION, "no calculation: %s", task.derivation());
        }
        Optional<String> unquoted = derivation.get().unquoted(task.quotes());
        if (unquoted.isPresent()) {
            return refused(Refusal.OPERAND_NOT_QUOTED, "%s of %s is in no quote", unquoted.get(), task.derivation());
        }
        return derivation.get().gives(task)
                ? Optional.empty()
                : refused(Refusal.DERIVATION, "%s does not come to %s", task.derivation(), task.answer());
    }

    private static Optional<ChallengerTurn.Refused> refused(Refusal reason, String detail, Object... values) {
        return Optional.of(new RefusedReply(reason, detail, values).refused());
    }
}
