package spice.ingest;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Normalizes text: single blanks within lines, one empty line between paragraphs, no words broken at line ends.
final class TextCleaner {
    private static final Pattern WORD = Pattern.compile("\\p{L}+(?:-\\p{L}+)?");
    private static final Pattern HYPHEN_AT_LINE_END =
            Pattern.compile("(?<![\\p{L}-])(\\p{L}+)[-\\u2010]\\n(\\p{Ll}+)(?![\\p{L}-])([^\\s]*)(?: |(?=\\n)|$)");

    private TextCleaner() {}

    static String clean(String text) {
        return joined(laidOut(Normalizer.normalize(text, Normalizer.Form.NFC)));
    }

    /// Normalizes blanks and lines in one pass: regular expressions took most of an ingest's time.
    private static String laidOut(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        int lineEnds = 0;
        boolean blank = false;
        int c;
        for (int i = 0; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            switch (kind(c)) {
                case LINE_END -> lineEnds += c == '\n' && i > 0 && text.charAt(i - 1) == '\r' ? 0 : 1;
                case PAGE_END -> lineEnds += 2;
                case BLANK -> blank = true;
                case UNSEEN -> {}
                case SEEN -> {
                    if (!clean.isEmpty() && lineEnds > 0) {
                        clean.repeat('\n', Math.min(lineEnds, 2));
                    } else if (!clean.isEmpty() && blank) {
                        clean.append(' ');
                    }
                    lineEnds = 0;
                    blank = false;
                    clean.appendCodePoint(c);
                }
            }
        }
        return clean.toString();
    }

    private enum Kind {
        SEEN,
        BLANK,
        LINE_END,
        PAGE_END,
        /// Control characters, unpaired surrogates, private glyphs of fonts, and marks that only allow a line
        /// break.
        UNSEEN
    }

    private static Kind kind(int c) {
        if (c > ' ' && c < 0x7F) {
            return Kind.SEEN;
        }
        return switch (c) {
            case ' ', '\t' -> Kind.BLANK;
            case '\n', '\r', 0x0B, 0x85, 0x2028 -> Kind.LINE_END;
            case '\f', 0x2029 -> Kind.PAGE_END;
            case 0xAD, 0x200B, 0x2060, 0xFEFF -> Kind.UNSEEN;
            default ->
                switch (Character.getType(c)) {
                    case Character.SPACE_SEPARATOR -> Kind.BLANK;
                    case Character.CONTROL, Character.SURROGATE, Character.PRIVATE_USE -> Kind.UNSEEN;
                    default -> Kind.SEEN;
                };
        };
    }

    /// Joins words broken at the end of a line where the text shows their spelling: with the hyphen if that form
    /// occurs elsewhere in the text, without it if that form does. Other words stay broken.
    private static String joined(String text) {
        if (!text.contains("-\n") && !text.contains("\u2010\n")) {
            return text;
        }
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
