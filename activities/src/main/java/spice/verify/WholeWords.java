package spice.verify;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/// Finds a text within another where no word and no number is cut: `is 63` does not stand in `is 632`.
public final class WholeWords {

    /// Scripts that set no blanks between words, so that any place may be a word's edge.
    private static final Set<UnicodeScript> WITHOUT_BLANKS = Set.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private WholeWords() {}

    /// Whether `part` stands somewhere in `text`, character by character and with an edge on either side.
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

    /// Whether a word or number may begin or end before this position.
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

    /// Within `1,234`, `0.5` and `-5`: beside the mark that the number's digits go on behind, or its sign.
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
