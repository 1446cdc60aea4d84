package spice.ingest;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Brings text to one form: lines with single blanks, paragraphs parted by one empty line, words whole.
final class TextCleaner {
    private static final Pattern LINE_END = Pattern.compile("\\r\\n?|[\\u000B\\u0085\\u2028]");
    private static final Pattern PAGE_END = Pattern.compile("[\\f\\u2029]");
    /// Control characters, halves of pairs, private glyphs of fonts, and marks that only tell where a line may
    /// break.
    private static final Pattern UNSEEN =
            Pattern.compile("[\\p{Cc}&&[^\\n\\t]]|\\p{Cs}|\\p{Co}|[\\u00AD\\u200B\\u2060\\uFEFF]");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}&&[^\\n]]+");
    private static final Pattern MARGIN = Pattern.compile("(?m)^ | $");
    private static final Pattern EMPTY_LINES = Pattern.compile("\\n{3,}");
    private static final Pattern WORD = Pattern.compile("\\p{L}+(?:-\\p{L}+)?");
    private static final Pattern HYPHEN_AT_LINE_END =
            Pattern.compile("(?<![\\p{L}-])(\\p{L}+)[-\\u2010]\\n(\\p{Ll}+)(?![\\p{L}-])([^\\s]*)(?: |(?=\\n)|$)");

    private TextCleaner() {}

    static String clean(String text) {
        String clean = LINE_END.matcher(text).replaceAll("\n");
        clean = PAGE_END.matcher(clean).replaceAll("\n\n");
        clean = Normalizer.normalize(clean, Normalizer.Form.NFC);
        clean = UNSEEN.matcher(clean).replaceAll("");
        clean = BLANKS.matcher(clean).replaceAll(" ");
        clean = MARGIN.matcher(clean).replaceAll("");
        clean = EMPTY_LINES.matcher(clean).replaceAll("\n\n");
        return joined(clean).strip();
    }

    /// Joins words that were broken at the end of a line, as far as the text itself shows how they are spelled:
    /// with the hyphen if that form stands elsewhere in it, without it if that one does. Others are left as they
    /// are.
    private static String joined(String text) {
        Matcher broken = HYPHEN_AT_LINE_END.matcher(text);
        if (!broken.find()) {
            return text;
        }
        Set<String> words = new HashSet<>();
        WORD.matcher(text).results().forEach(word -> words.add(word.group().toLowerCase(Locale.ROOT)));
        return broken.reset().replaceAll(word -> {
            String first = word.group(1);
            String second = word.group(2);
            String rest = word.group(3) + (word.end() < text.length() && text.charAt(word.end()) != '\n' ? "\n" : "");
            String joined;
            if (words.contains((first + second).toLowerCase(Locale.ROOT))) {
                joined = first + second + rest;
            } else if (words.contains((first + "-" + second).toLowerCase(Locale.ROOT))) {
                joined = first + "-" + second + rest;
            } else {
                joined = word.group();
            }
            return Matcher.quoteReplacement(joined);
        });
    }
}
