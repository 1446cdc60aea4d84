package spice.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The numbers that stand in a piece of prose.
final class QuotedNumbers {
    private QuotedNumbers() {}

    /// All of them in order: with the sign that stands directly before a number and after a blank or bracket, and
    /// besides the number itself what it means as a percentage (`5 %` is 5 and 1/20) or with the number after its
    /// slash (`3/4` is 3, 3/4 and 4). Digits that go on a word, as in `B12`, are none.
    static List<Rational> in(String text) {
        List<Rational> numbers = new ArrayList<>();
        int position = 0;
        while (position < text.length()) {
            Optional<NumberLiteral> number = startsNumber(text, position) ? literal(text, position) : Optional.empty();
            if (number.isEmpty()) {
                position++;
                continue;
            }
            Rational value = isSigned(text, position)
                    ? number.get().value().negated()
                    : number.get().value();
            position = number.get().end();
            numbers.add(value);
            divisor(text, position).flatMap(divisor -> ratio(value, divisor)).ifPresent(numbers::add);
        }
        return numbers;
    }

    /// Whether a sign directly before this position belongs to a number that begins here: `-5`, but not the dash
    /// of `3-5`.
    static boolean isSigned(String text, int position) {
        if (position < 1 || !NumberLiteral.isDigit(text, position) || !isMinus(text.charAt(position - 1))) {
            return false;
        }
        int before = position == 1 ? ' ' : text.codePointBefore(position - 1);
        return !Character.isLetterOrDigit(before) && before != ')';
    }

    private static boolean startsNumber(String text, int position) {
        int digits = text.charAt(position) == '.' ? position + 1 : position;
        boolean goesOn = position > 0 && Character.isLetterOrDigit(text.codePointBefore(position));
        return NumberLiteral.isDigit(text, digits) && !goesOn;
    }

    /// A number too long to be worked with is passed over: it cannot equal an answer that was.
    private static Optional<NumberLiteral> literal(String text, int position) {
        try {
            return NumberLiteral.at(text, position);
        } catch (TooMuchWork e) {
            return Optional.empty();
        }
    }

    /// What the number that ends here is divided by: a hundred, or the number behind its slash.
    private static Optional<Rational> divisor(String text, int position) {
        if (text.startsWith("%", position) || text.startsWith(" %", position)) {
            return Optional.of(Rational.of(100));
        }
        return text.startsWith("/", position)
                ? literal(text, position + 1).map(NumberLiteral::value)
                : Optional.empty();
    }

    private static boolean isMinus(char character) {
        return character == '-' || character == '\u2212';
    }

    private static Optional<Rational> ratio(Rational above, Rational below) {
        try {
            return Optional.of(new Rational(
                    above.numerator().multiply(below.denominator()),
                    above.denominator().multiply(below.numerator())));
        } catch (NoValue | TooMuchWork e) {
            return Optional.empty();
        }
    }
}
