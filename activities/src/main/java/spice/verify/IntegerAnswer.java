package spice.verify;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a whole number as people write it: `-1,234`, `+7`, `007`, `42.0`, `x = 42`, `10^5`, `\$42`, `42 meters`,
/// `25 %`. A calculation does not count, else a Reasoner could return the question as its answer.
final class IntegerAnswer {
    /// `10^5`, `1.5 \times 10^{5}`: the sign, the factor and the exponent.
    private static final Pattern POWER_OF_TEN = Pattern.compile(
            "([+\\-\u2212\u2013]?)\\s*(?:(\\d+(?:\\.\\d+)?)\\s*(?:\\\\times|\\\\cdot|[\u00d7\u00b7*x])\\s*)?10\\s*\\^\\s*\\{?\\s*(\\d{1,4})\\s*}?");

    private IntegerAnswer() {}

    /// The whole number; empty if the text is none.
    ///
    /// @throws TooMuchWork if it has too many digits
    static Optional<BigInteger> read(String text) {
        return number(text).filter(Rational::isWhole).map(Rational::numerator);
    }

    /// A whole number without decimals (`42.0`) and exponents, as gold answers must be.
    ///
    /// @throws TooMuchWork if it has too many digits
    static Optional<BigInteger> readStrictly(String text) {
        String bare = AnswerText.bare(text);
        return literal(bare).filter(literal -> !literal.isDecimal()).flatMap(_ -> read(bare));
    }

    private static Optional<Rational> number(String text) {
        String bare = AnswerText.quantity(text);
        Matcher power = POWER_OF_TEN.matcher(bare);
        String number = power.matches()
                ? "%s%se%s".formatted(power.group(1), power.group(2) == null ? "1" : power.group(2), power.group(3))
                : bare;
        return beginning(number)
                .filter(literal -> isMeasured(number.substring(literal.end()).strip()))
                .map(literal -> isNegative(number) ? literal.value().negated() : literal.value());
    }

    /// Whether nothing follows the number, or what does not change it.
    private static boolean isMeasured(String rest) {
        return rest.isEmpty() || rest.equals("%") || rest.equals("\\%") || Unit.is(rest);
    }

    private static Optional<NumberLiteral> literal(String bare) {
        return beginning(bare).filter(literal -> literal.end() == bare.length());
    }

    private static Optional<NumberLiteral> beginning(String bare) {
        int start = isNegative(bare) || bare.startsWith("+") ? 1 : 0;
        while (start < bare.length() && bare.charAt(start) == ' ') {
            start++;
        }
        return NumberLiteral.at(bare, start);
    }

    private static boolean isNegative(String bare) {
        return bare.startsWith("-") || bare.startsWith("\u2212") || bare.startsWith("\u2013");
    }
}
