package spice.verify;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import spice.domain.Task;
import spice.domain.Verdict;

/// A calculation by which an answer follows from numbers that were quoted.
public final class Derivation {
    private final Expression expression;

    private Derivation(Expression expression) {
        this.expression = expression;
    }

    /// The calculation that a text is, if it is one within the bounds.
    public static Optional<Derivation> parse(String text) {
        return text.length() > Work.LENGTH ? Optional.empty() : parseBounded(text);
    }

    private static Optional<Derivation> parseBounded(String text) {
        try {
            return Expression.parse(AnswerText.bare(text)).map(Derivation::new);
        } catch (TooMuchWork e) {
            return Optional.empty();
        }
    }

    /// The first of its numbers, as text, that stands in none of the quotes, whatever its sign there; for a
    /// calculation without a number, the variable or constant it begins with. Empty if all are quoted. No
    /// constant is free, not even 2 or 100: with free constants any number can be built.
    public Optional<String> unquoted(List<String> quotes) {
        List<Rational> quoted = quotes.stream()
                .flatMap(quote -> QuotedNumbers.in(quote).stream())
                .flatMap(number -> Stream.of(number, number.negated()))
                .toList();
        List<Rational> operands = expression.parts().stream()
                .flatMap(part -> part instanceof Expression.Literal(Rational value) ? Stream.of(value) : Stream.empty())
                .toList();
        return operands.isEmpty()
                ? Optional.of("a number")
                : operands.stream()
                        .filter(operand -> !quoted.contains(operand))
                        .findFirst()
                        .map(Rational::toString);
    }

    /// Whether the calculation comes to the task's answer; for a choice, to the correct option's text.
    public boolean gives(Task task) {
        return AnswerVerifier.compareValues(AnswerVerifier.goldText(task), expression) == Verdict.CORRECT;
    }
}
