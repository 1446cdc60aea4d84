package spice.chat;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rewrites a string literal of a Jinja template: reads Python's escapes and writes jinjava's.
final class JinjaString {
    private static final Pattern ESCAPE =
            Pattern.compile("\\\\(?:x(\\p{XDigit}{2})|u(\\p{XDigit}{4})|U(\\p{XDigit}{8})|(.))", Pattern.DOTALL);

    private JinjaString() {}

    static String forJinjava(String quoted) {
        String text = ESCAPE.matcher(quoted.substring(1, quoted.length() - 1))
                .replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
    }

    private static String character(MatchResult escape) {
        for (int hex = 1; hex <= 3; hex++) {
            if (escape.group(hex) != null) {
                int code = Integer.parseUnsignedInt(escape.group(hex), 16);
                return Character.isValidCodePoint(code) ? Character.toString(code) : escape.group();
            }
        }
        return switch (escape.group(4)) {
            case "n" -> "\n";
            case "t" -> "\t";
            case "r" -> "\r";
            case "b" -> "\b";
            case "f" -> "\f";
            case "\n" -> "";
            case "\\", "'", "\"" -> escape.group(4);
            default -> escape.group(); // Python leaves it as it is
        };
    }
}
