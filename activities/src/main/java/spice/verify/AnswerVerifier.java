package spice.verify;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import spice.domain.AnswerKind;
import spice.domain.Task;
import spice.domain.Verdict;

/// Compares a Reasoner's answer with the gold answer.
///
/// Numbers and expressions are compared by exact value: `0.333` is not `1/3`, `50%` is `1/2`. The functions are
/// pure and bounded (see [Work]). An answer that exceeds a bound beside a gold that does not is wrong: else a
/// model would learn to answer what cannot be decided. `UNDECIDED` is left for golds that exceed the bounds
/// themselves.
public final class AnswerVerifier {
    private static final int WORDS = 3;
    private static final int GOLD_LENGTH = 200;
    private static final Pattern MEASURED = Pattern.compile("([^\\p{L}\\\\]*[\\d)])\\s*(\\p{L}{2,}.*)", Pattern.DOTALL);

    private AnswerVerifier() {}

    /// The verdict on the answer that the role's format read from a reply; `UNREADABLE` if there is none.
    public static Verdict verify(Task task, Optional<String> answer) {
        if (answer.isEmpty() || answer.get().isBlank()) {
            return Verdict.UNREADABLE;
        }
        Verdict verdict = bounded(task, answer.get());
        return verdict == Verdict.UNDECIDED && isDecidable(task) ? Verdict.WRONG : verdict;
    }

    /// The verdict; `UNDECIDED` if gold or answer exceeds a bound.
    private static Verdict bounded(Task task, String answer) {
        if (answer.length() > Work.LENGTH) {
            return Verdict.UNDECIDED;
        }
        try {
            return switch (task.kind()) {
                case CHOICE -> equal(Optional.of(task.answer()), ChoiceAnswer.letter(answer, task.options()));
                case INTEGER -> equal(IntegerAnswer.read(task.answer()), IntegerAnswer.read(answer));
                case EXPRESSION ->
                    expression(answer)
                            .map(read -> compareValues(task.answer(), read))
                            .orElse(Verdict.UNREADABLE);
                case STRING -> equal(word(task.answer()), word(answer));
            };
        } catch (TooMuchWork e) {
            return Verdict.UNDECIDED;
        }
    }

    /// Whether the gold answer is equal to itself within the bounds.
    private static boolean isDecidable(Task task) {
        return bounded(task, task.answer()) == Verdict.CORRECT;
    }

    /// A text that two answers share if the verifier considers them equal; serves to count how many attempts agree.
    /// For expressions with variables, and for unreadable answers, it is the folded wording.
    public static String canonical(Task task, String answer) {
        if (answer.length() > Work.LENGTH) {
            return "longer than %d characters".formatted(Work.LENGTH);
        }
        Optional<String> read = switch (task.kind()) {
            case CHOICE -> ChoiceAnswer.letter(answer, task.options());
            case INTEGER, EXPRESSION -> constant(answer).map(Object::toString);
            case STRING -> word(answer);
        };
        return read.orElseGet(() -> Wording.folded(answer));
    }

    /// The text as a gold answer of this kind; empty if it is not of this kind. A gold answer is a letter from A to
    /// D, a whole number without decimals, an expression that can be compared, or one to three words.
    public static Optional<String> asGold(AnswerKind kind, String text) {
        if (text.isBlank() || text.length() > GOLD_LENGTH) {
            return Optional.empty();
        }
        try {
            return switch (kind) {
                case CHOICE -> ChoiceAnswer.letter(text, List.of());
                case INTEGER -> IntegerAnswer.readStrictly(text).map(Object::toString);
                case EXPRESSION -> Optional.of(AnswerText.quantity(text)).filter(AnswerVerifier::isComparable);
                case STRING ->
                    Optional.of(text.strip())
                            .filter(word -> word(word).isPresent() && word.split("\\s+").length <= WORDS);
            };
        } catch (TooMuchWork e) {
            return Optional.empty();
        }
    }

    /// Whether a quote contains the task's answer: its words, or a number of equal value. For a choice it must
    /// contain the text of the correct option.
    public static boolean finds(Task task, String quote) {
        String gold = goldText(task);
        return switch (task.kind()) {
            case INTEGER, EXPRESSION -> holdsNumber(gold, quote);
            case CHOICE -> holdsNumber(gold, quote) || Wording.standsIn(gold, quote);
            case STRING -> Wording.standsIn(gold, quote);
        };
    }

    /// Whether no two options are equal in words or in value: `1/2` and `0.5` would both be correct.
    public static boolean areDifferent(List<String> options) {
        List<Real> values =
                options.stream().flatMap(option -> constant(option).stream()).toList();
        boolean sharesValue = IntStream.range(1, values.size())
                .anyMatch(later -> values.subList(0, later).stream()
                        .anyMatch(
                                earlier -> ExpressionComparison.compare(earlier, values.get(later)) != Verdict.WRONG));
        long wordings = options.stream()
                .map(AnswerText::bare)
                .map(Wording::folded)
                .distinct()
                .count();
        return !sharesValue && wordings == options.size();
    }

    /// The gold answer; for a choice, the text of the correct option.
    static String goldText(Task task) {
        return task.kind() == AnswerKind.CHOICE
                ? task.options().get(ChoiceAnswer.LETTERS.indexOf(task.answer()))
                : task.answer();
    }

    /// The verdict on an expression against a gold text; `UNDECIDED` if the gold text is not an expression.
    static Verdict compareValues(String gold, Expression answer) {
        try {
            return expression(gold)
                    .map(expression -> ExpressionComparison.compare(expression, answer))
                    .orElse(Verdict.UNDECIDED);
        } catch (TooMuchWork e) {
            return Verdict.UNDECIDED;
        }
    }

    private static boolean isComparable(String gold) {
        return expression(gold)
                .filter(expression -> ExpressionComparison.compare(expression, expression) == Verdict.CORRECT)
                .isPresent();
    }

    private static boolean holdsNumber(String gold, String quote) {
        return constant(gold)
                .filter(value -> QuotedNumbers.in(quote).stream()
                        .anyMatch(number -> ExpressionComparison.compare(value, number) == Verdict.CORRECT))
                .isPresent();
    }

    private static Optional<Expression> expression(String text) {
        String quantity = AnswerText.quantity(text);
        return Expression.parse(quantity).or(() -> measured(quantity));
    }

    /// A number with a unit behind it in plain words.
    private static Optional<Expression> measured(String quantity) {
        Matcher measured = MEASURED.matcher(quantity);
        return measured.matches() && Unit.is(measured.group(2))
                ? Expression.parse(measured.group(1))
                : Optional.empty();
    }

    /// The value of an expression without variables; empty if the text is no such expression, or exceeds the
    /// bounds.
    private static Optional<Real> constant(String text) {
        try {
            return expression(text)
                    .filter(expression -> expression.parts().stream().noneMatch(Expression.Variable.class::isInstance))
                    .map(expression -> expression.value(_ -> Rational.of(1), new Arithmetic(new Work())));
        } catch (NoValue | TooMuchWork e) {
            return Optional.empty();
        }
    }

    private static Optional<String> word(String text) {
        return Optional.of(Wording.folded(AnswerText.bare(text))).filter(word -> !word.isEmpty());
    }

    /// The verdict `UNDECIDED` if the gold answer is not of its kind, `UNREADABLE` if only the answer is not.
    private static <T> Verdict equal(Optional<T> gold, Optional<T> answer) {
        if (gold.isEmpty()) {
            return Verdict.UNDECIDED;
        }
        return answer.map(read -> read.equals(gold.get()) ? Verdict.CORRECT : Verdict.WRONG)
                .orElse(Verdict.UNREADABLE);
    }
}
