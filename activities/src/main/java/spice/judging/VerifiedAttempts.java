package spice.judging;

import java.util.List;
import java.util.Optional;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.formats.AnswerFormat;
import spice.roles.AttemptedTask;
import spice.verify.AnswerVerifier;

/// The answers and verdicts of a task's attempts.
///
/// @param answers the final answer of each attempt, in order; empty where it has none
/// @param verdicts of these answers
public record VerifiedAttempts(List<Optional<String>> answers, List<Verdict> verdicts) {
    public VerifiedAttempts {
        answers = List.copyOf(answers);
        verdicts = List.copyOf(verdicts);
    }

    /// Verifies every attempt at a task.
    ///
    /// @param format in which the Reasoner was asked
    public static VerifiedAttempts of(AnswerFormat format, Task task, AttemptedTask attempted) {
        List<Optional<String>> answers = attempted.attempts().stream()
                .map(attempt -> format.finalAnswer(attempt.text()))
                .toList();
        return new VerifiedAttempts(
                answers,
                answers.stream()
                        .map(answer -> AnswerVerifier.verify(task, answer))
                        .toList());
    }

    int correct() {
        return (int) verdicts.stream().filter(Verdict.CORRECT::equals).count();
    }

    /// Attempts that are right or wrong, not undecided.
    int decided() {
        return (int) verdicts.stream()
                .filter(verdict -> verdict != Verdict.UNDECIDED)
                .count();
    }

    /// The share of the decided attempts that are right; empty if none is decided.
    public Optional<Double> passRate() {
        return decided() == 0 ? Optional.empty() : Optional.of((double) correct() / decided());
    }
}
