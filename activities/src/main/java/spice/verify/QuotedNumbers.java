package spice.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the numbers in a piece of prose.
final class QuotedNumbers {
    private QuotedNumbers() {}

    /// All numbers, in order. A minus directly before a number belongs to it unless a letter, digit or closing
    /// parenthesis precedes the minus. A percentage gives two numbers (`5 %` is 5 and 1/20), a fraction three
    /// (`3/4` is 3, 3/4 and 4). Digits that continue a word, as in `B12`, are not numbers.
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

    /// Whether the minus directly before this position belongs to the number that begins here, as in `-5`, but not
    /// in `3-5`.
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

    /// Empty for a number that exceeds the bounds: it cannot equal an answer within them.
    private static Optional<NumberLiteral> literal(String text, int position) {
        try {
            return NumberLiteral.at(text, position);
        } catch (TooMuchWork e) {
            return Optional.empty();
        }
    }

    /// The divisor of the number that ends here: a hundred before a percent sign, or the number after a slash.
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
