package spice.formats;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text that is nearly JSON. Tells what is inside quotes from what is outside, which Jackson can do only for text
/// that it can read.
final class LooseJson {
    private static final Pattern LITERAL = Pattern.compile("\\b(?:True|False|None)\\b");
    private static final Pattern NEEDLESS_BACKSLASH =
            Pattern.compile("\\\\(?:(\\\\|[\"'/bfnrt]|u\\p{XDigit}{4})|(?=.|$))", Pattern.DOTALL);

    private LooseJson() {}

    /// How far an opening bracket reaches.
    ///
    /// @param end index after the closing bracket, or the text's length if there is none
    /// @param missing the closing brackets that are missing at the end, innermost first
    /// @param inText whether the end lies within quotes
    record Extent(int end, String missing, boolean inText) {
        boolean isClosed() {
            return missing.isEmpty();
        }
    }

    /// Walks from the bracket at index `open` to its end.
    static Extent extent(String text, int open) {
        Deque<Character> closers = new ArrayDeque<>();
        int at = open;
        while (at < text.length()) {
            char character = text.charAt(at);
            switch (character) {
                case '{' -> closers.push('}');
                case '[' -> closers.push(']');
                case '}', ']' -> {
                    if (closers.isEmpty() || closers.pop() != character) {
                        return new Extent(at, "", true);
                    }
                    if (closers.isEmpty()) {
                        return new Extent(at + 1, "", false);
                    }
                }
                case '"', '\'' -> {
                    int end = endOfText(text, at);
                    if (end < 0) {
                        return new Extent(text.length(), missing(closers), true);
                    }
                    at = end - 1;
                }
                default -> {}
            }
            at++;
        }
        return new Extent(text.length(), missing(closers), false);
    }

    private static String missing(Deque<Character> closers) {
        StringBuilder missing = new StringBuilder();
        closers.forEach(missing::append);
        return missing.toString();
    }

    /// The index after the closing quote; -1 if there is none.
    private static int endOfText(String text, int quote) {
        for (int at = quote + 1; at < text.length(); at++) {
            if (text.charAt(at) == '\\') {
                at++;
            } else if (text.charAt(at) == text.charAt(quote)) {
                return at + 1;
            }
        }
        return -1;
    }

    /// Appends the closing brackets that are missing, unless the text ends within quotes.
    static String closed(String object) {
        Extent extent = extent(object, 0);
        return extent.inText() ? object : object + extent.missing();
    }

    /// Replaces Python's literals outside quotes by JSON's.
    static String withJsonsLiterals(String object) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int at = 0; at < object.length(); at++) {
            char character = object.charAt(at);
            if (character == '"' || character == '\'') {
                out.append(replaced(object.substring(from, at)));
                int end = endOfText(object, at);
                from = at;
                if (end < 0) {
                    return out.append(object.substring(from)).toString();
                }
                out.append(object, at, end);
                from = end;
                at = end - 1;
            }
        }
        return out.append(replaced(object.substring(from))).toString();
    }

    private static String replaced(String outside) {
        return LITERAL.matcher(outside).replaceAll(word -> switch (word.group()) {
            case "True" -> "true";
            case "False" -> "false";
            default -> "null";
        });
    }

    /// Doubles each backslash before a character that JSON does not let it escape, as in `\(x\)`: such text is
    /// meant as it is written.
    static String withWholeBackslashes(String object) {
        return NEEDLESS_BACKSLASH
                .matcher(object)
                .replaceAll(found -> found.group(1) == null
                        ? Matcher.quoteReplacement("\\\\")
                        : Matcher.quoteReplacement(found.group()));
    }
}
