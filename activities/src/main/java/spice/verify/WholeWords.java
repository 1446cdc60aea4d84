package spice.verify;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/// Finds a text within another without cutting a word or a number: `is 63` does not occur in `is 632`.
public final class WholeWords {

    /// Scripts without blanks between words, so that a word may begin or end anywhere.
    private static final Set<UnicodeScript> WITHOUT_BLANKS = Set.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private WholeWords() {}

    /// Whether `part` occurs in `text`, character by character, and begins and ends at the edge of a word or
    /// number.
    public static boolean contains(String text, String part) {
        if (part.isEmpty()) {
            return false;
        }
        for (int start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
            if (isEdge(text, start) && isEdge(text, start + part.length())) {
                return true;
            }
        }
        return false;
    }

    /// Whether a word or number may begin or end at this position.
    private static boolean isEdge(String text, int position) {
        if (position == 0 || position == text.length()) {
            return true;
        }
        if (joins(text.codePointBefore(position)) && joins(text.codePointAt(position))) {
            return false;
        }
        return !isWithinNumber(text, position);
    }

    private static boolean joins(int character) {
        return Character.isLetterOrDigit(character) && !WITHOUT_BLANKS.contains(UnicodeScript.of(character));
    }

    /// Whether the position lies inside a number such as `1,234`, `0.5` or `-5`: beside its separator, or after its
    /// sign.
    private static boolean isWithinNumber(String text, int position) {
        boolean afterMark = isMark(text, position - 1) && NumberLiteral.isDigit(text, position);
        boolean beforeMark = isMark(text, position) && NumberLiteral.isDigit(text, position + 1);
        boolean cutsGroup = (afterMark && NumberLiteral.isDigit(text, position - 2))
                || (beforeMark && NumberLiteral.isDigit(text, position - 1));
        return cutsGroup || QuotedNumbers.isSigned(text, position);
    }

    private static boolean isMark(String text, int position) {
        return position >= 0
                && position < text.length()
                && (text.charAt(position) == '.' || text.charAt(position) == ',');
    }
}
