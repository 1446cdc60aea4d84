package spice.verify;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// An unsigned number in a text: `42`, `1,234,567`, `0.5`, `.5`, `1.5e3`.
///
/// A comma, a narrow or no-break space, `\,` or `{,}` separates thousands only where one to three digits without
/// a leading zero come before it and exactly three after it; elsewhere the number ends there.
///
/// @param value the exact value
/// @param isDecimal whether it is written with a decimal point or an exponent
/// @param end position after it
record NumberLiteral(Rational value, boolean isDecimal, int end) {
    private static final List<String> SEPARATORS = List.of(",", "{,}", "\\,", "\u00a0", "\u2009", "\u202f");

    /// The number that begins at a position; empty if none does.
    ///
    /// @throws TooMuchWork if its digits or its exponent exceed the bounds
    static Optional<NumberLiteral> at(String text, int start) {
        StringBuilder digits = new StringBuilder();
        int position = wholePart(text, start, digits);
        int wholeDigits = digits.length();
        if (at(text, position, '.') && isDigit(text, position + 1)) {
            position = digits(text, position + 1, digits);
        }
        if (digits.isEmpty()) {
            return Optional.empty();
        }
        if (digits.length() > Work.LENGTH) {
            throw new TooMuchWork("a number of %d digits".formatted(digits.length()));
        }
        int scale = digits.length() - wholeDigits;
        StringBuilder exponent = new StringBuilder();
        int end = exponent(text, position, exponent);
        int shift = exponentValue(exponent) - scale;
        Rational value = new Rational(
                new BigInteger(digits.toString()).multiply(power(Math.max(shift, 0))), power(Math.max(-shift, 0)));
        return Optional.of(new NumberLiteral(value, scale > 0 || !exponent.isEmpty(), end));
    }

    private static int wholePart(String text, int start, StringBuilder digits) {
        int position = digits(text, start, digits);
        if (digits.isEmpty() || digits.length() > 3 || digits.charAt(0) == '0') {
            return position;
        }
        for (String separator : SEPARATORS) {
            int behind = position;
            while (text.startsWith(separator, behind) && isThousand(text, behind + separator.length())) {
                behind = digits(text, behind + separator.length(), digits);
            }
            if (behind > position) {
                return behind;
            }
        }
        return position;
    }

    private static boolean isThousand(String text, int position) {
        return isDigit(text, position)
                && isDigit(text, position + 1)
                && isDigit(text, position + 2)
                && !isDigit(text, position + 3);
    }

    /// Reads an exponent such as `e7`, `e+7` or `e-7` that directly follows the digits. Appends it, without the
    /// plus sign, and returns the position after it.
    private static int exponent(String text, int position, StringBuilder exponent) {
        if (!at(text, position, 'e') && !at(text, position, 'E')) {
            return position;
        }
        boolean signed = at(text, position + 1, '+') || at(text, position + 1, '-');
        int first = position + (signed ? 2 : 1);
        if (!isDigit(text, first)) {
            return position;
        }
        if (at(text, position + 1, '-')) {
            exponent.append('-');
        }
        return digits(text, first, exponent);
    }

    private static int exponentValue(StringBuilder exponent) {
        // Four digits already exceed the magnitude; a sign and four digits still parse.
        if (exponent.length() > 5) {
            throw new TooMuchWork("an exponent of %d digits".formatted(exponent.length()));
        }
        int value = exponent.isEmpty() ? 0 : Integer.parseInt(exponent.toString());
        if (Math.abs(value) > Work.MAGNITUDE) {
            throw new TooMuchWork("an exponent of %d".formatted(value));
        }
        return value;
    }

    private static BigInteger power(int exponent) {
        return BigInteger.TEN.pow(exponent);
    }

    private static int digits(String text, int start, StringBuilder digits) {
        int position = start;
        while (isDigit(text, position)) {
            digits.append(text.charAt(position));
            position++;
        }
        return position;
    }

    private static boolean at(String text, int position, char character) {
        return position < text.length() && text.charAt(position) == character;
    }

    static boolean isDigit(String text, int position) {
        return position >= 0
                && position < text.length()
                && text.charAt(position) >= '0'
                && text.charAt(position) <= '9';
    }
}
