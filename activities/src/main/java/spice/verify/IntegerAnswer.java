package spice.verify;

import java.math.BigInteger;
import java.util.Optional;

/// Reads a whole number as people write it: `-1,234`, `+7`, `007`, `42.0`, `x = 42`. A calculation does not count,
/// else a Reasoner could return the question as its answer.
final class IntegerAnswer {
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
        String bare = AnswerText.rightSide(AnswerText.bare(text));
        return literal(bare).map(literal -> isNegative(bare) ? literal.value().negated() : literal.value());
    }

    private static Optional<NumberLiteral> literal(String bare) {
        int start = isNegative(bare) || bare.startsWith("+") ? 1 : 0;
        while (start < bare.length() && bare.charAt(start) == ' ') {
            start++;
        }
        return NumberLiteral.at(bare, start).filter(literal -> literal.end() == bare.length());
    }

    private static boolean isNegative(String bare) {
        return bare.startsWith("-") || bare.startsWith("\u2212") || bare.startsWith("\u2013");
    }
}
