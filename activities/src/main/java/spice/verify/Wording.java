package spice.verify;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/// Normalizes short texts such as names, terms and options, so that only their words count.
///
/// Folding removes differences in compatibility forms (NFKC), case, white space, typographic quotes and dashes,
/// quotes and `. , ; :` at either end, and one leading article. Accents stay, and so do marks inside a text or with
/// a meaning (`C++`, `-5`, `e.g`).
final class Wording {
    private static final Pattern LATEX_BLANK = Pattern.compile("\\\\[,;:! ]|~");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");
    private static final Pattern SINGLE_QUOTES = Pattern.compile("[\u2018\u2019\u201b]");
    private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\u201c\u201d\u201e\u00ab\u00bb]");
    private static final Pattern DASHES = Pattern.compile("[\u2010-\u2015\u2212]");
    private static final Pattern ARTICLE = Pattern.compile("^(?:the|an|a) (?=.)");
    private static final String OUTER = "\"'.,;: ";

    private Wording() {}

    /// The form in which two texts are compared.
    static String folded(String text) {
        String spelled = spelled(text);
        int start = 0;
        int end = spelled.length();
        while (start < end && OUTER.indexOf(spelled.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && OUTER.indexOf(spelled.charAt(end - 1)) >= 0) {
            end--;
        }
        return ARTICLE.matcher(spelled.substring(start, end)).replaceFirst("");
    }

    /// Whether the words occur in a longer text, whole and in order.
    static boolean standsIn(String words, String text) {
        return WholeWords.contains(spelled(text), folded(words));
    }

    private static String spelled(String text) {
        String spelled = Normalizer.normalize(LATEX_BLANK.matcher(text).replaceAll(" "), Normalizer.Form.NFKC);
        spelled = SINGLE_QUOTES.matcher(spelled).replaceAll("'");
        spelled = DOUBLE_QUOTES.matcher(spelled).replaceAll("\"");
        spelled = DASHES.matcher(spelled).replaceAll("-");
        // Upper case first, because only upper case turns the German sharp s into two letters.
        spelled = spelled.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return BLANKS.matcher(spelled).replaceAll(" ").strip();
    }
}
