package spice.formats;

import java.text.Normalizer;
import java.util.regex.Pattern;
import spice.verify.WholeWords;

/// Finds a quote in a passage word for word. Both are compared after NFKC, with white space folded, soft hyphens
/// dropped, and words joined that a line end has split.
final class Verbatim {
    private static final Pattern SOFT_HYPHEN = Pattern.compile("\u00ad");
    private static final Pattern HYPHEN = Pattern.compile("[\u2010\u2011]");
    private static final Pattern LINE_END = Pattern.compile("(?<=\\p{L})-\\h*\\R\\s*(?=\\p{L})");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

    private Verbatim() {}

    /// Whether the quote stands in the passage. A hyphen at a line's end may be the word's own (`well-known`) or
    /// the line's (`exam-ple`): both readings are tried, on both sides.
    static boolean standsIn(String quote, String passage) {
        return standsIn(quote, passage, "") || standsIn(quote, passage, "-");
    }

    private static boolean standsIn(String quote, String passage, String hyphen) {
        return WholeWords.contains(folded(passage, hyphen), folded(quote, hyphen));
    }

    private static String folded(String text, String hyphen) {
        String folded = SOFT_HYPHEN.matcher(text).replaceAll("");
        folded = HYPHEN.matcher(folded).replaceAll("-");
        folded = LINE_END.matcher(folded).replaceAll(hyphen);
        folded = Normalizer.normalize(folded, Normalizer.Form.NFKC);
        return BLANKS.matcher(folded).replaceAll(" ").strip();
    }
}
