package spice.verify;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What people write beside a number without changing it: a unit behind it, a currency sign, degrees. `5
/// thousand` is another number than 5, and `5 or 6` none.
final class Unit {
    private static final Pattern WORDS = Pattern.compile("\\p{L}[\\p{L}\\s./^\u00b2\u00b3\u00b7\\d-]*");

    /// A unit in LaTeX: `\text{ meters}`, `\mathrm{m}^2`.
    private static final Pattern LATEX = Pattern.compile(
            "(?<=[\\d)}])(?:\\\\[,;:! ]|[\\s~])*\\\\(?:text|textrm|textnormal|mathrm)\\{([^{}]*)}(?:\\^\\{?\\d}?)?$");

    private static final Pattern DEGREES =
            Pattern.compile("\\s*(?:\\^\\s*\\{?\\s*\\\\circ\\s*}?|\\\\degree|\u00b0)\\s*$");
    private static final Pattern CURRENCY =
            Pattern.compile("^(?:\\\\[$]|[$\u20ac\u00a3\u00a5]|\\\\pounds)\\s*(?=[\\d.])"
                    + "|(?<=\\d)\\s*(?:\\\\[$]|[\u20ac\u00a3\u00a5])$");

    /// Words that make another number, join two, or belong to mathematics.
    private static final Set<String> NO_UNITS = Set.of(("hundred thousand million billion trillion dozen k percent "
                    + "or and to of not than plus minus times over mod "
                    + "pi sqrt sin cos tan cot sec csc log ln exp e i x y z")
            .split(" "));

    private Unit() {}

    /// Whether these words may stand behind a number as its unit.
    static boolean is(String words) {
        if (!WORDS.matcher(words).matches()) {
            return false;
        }
        for (String word : words.split("[^\\p{L}]+", -1)) {
            if (NO_UNITS.contains(word.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    /// The number alone, as far as LaTeX or a sign marks what is not.
    static String without(String number) {
        String text = number;
        Matcher latex = LATEX.matcher(text);
        if (latex.find() && is(latex.group(1).strip())) {
            text = text.substring(0, latex.start());
        }
        text = DEGREES.matcher(text).replaceFirst("");
        return CURRENCY.matcher(text).replaceFirst("");
    }
}
