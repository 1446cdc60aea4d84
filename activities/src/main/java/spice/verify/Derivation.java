package spice.verify;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import spice.domain.Task;
import spice.domain.Verdict;

/// A calculation that derives an answer from quoted numbers.
public final class Derivation {
    private final Expression expression;

    private Derivation(Expression expression) {
        this.expression = expression;
    }

    /// Parses a calculation; empty if the text is none, or exceeds the bounds of [Work].
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

    /// The first number of the calculation, as text, that stands in none of the quotes, whatever its sign there;
    /// the words `a number` for a calculation without numbers. Empty if all are quoted. No constant is free, not
    /// even 2 or 100: with free constants any number can be built.
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

    /// Whether the calculation gives the task's answer; for a choice, the number in the correct option's text.
    public boolean gives(Task task) {
        return AnswerVerifier.compareValues(AnswerVerifier.goldText(task), expression) == Verdict.CORRECT;
    }
}
