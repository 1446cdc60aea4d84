package spice.verify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Removes the formatting around an answer.
final class AnswerText {
    private static final List<String> FONTS =
            List.of("\\text{", "\\textbf{", "\\textit{", "\\textrm{", "\\mathrm{", "\\mathbf{", "\\mathit{");

    private static final List<List<String>> WRAPPINGS = List.of(
            List.of("$$", "$$"), List.of("$", "$"), List.of("\\(", "\\)"), List.of("\\[", "\\]"), List.of("**", "**"));

    /// A name, possibly with a subscript, an equals sign and a value.
    private static final Pattern ASSIGNMENT = Pattern.compile("\\\\?[A-Za-z]+(?:_\\w|_\\{\\w+})?\\s*=([^=]+)");

    private AnswerText() {}

    /// The answer without math delimiters, LaTeX fonts, bold marks, a full stop at its end, and blanks around it.
    static String bare(String answer) {
        return inner(withoutFonts(answer).strip());
    }

    /// A number or a formula: bare, without what [Unit#without] drops, and the value of an assignment.
    static String quantity(String answer) {
        return rightSide(inner(Unit.without(bare(Unit.without(inner(answer.strip()))))));
    }

    private static String inner(String text) {
        String bare = text;
        while (true) {
            String inner = unwrapped(bare);
            if (inner.equals(bare)) {
                return bare;
            }
            bare = inner;
        }
    }

    /// The value of an assignment: `5` for `x = 5`. Any other text stays as it is.
    static String rightSide(String bare) {
        Matcher assignment = ASSIGNMENT.matcher(bare);
        return assignment.matches() ? assignment.group(1).strip() : bare;
    }

    private static String unwrapped(String text) {
        for (List<String> wrapping : WRAPPINGS) {
            String open = wrapping.getFirst();
            String close = wrapping.getLast();
            if (text.length() > open.length() + close.length() && text.startsWith(open) && text.endsWith(close)) {
                return text.substring(open.length(), text.length() - close.length())
                        .strip();
            }
        }
        if (isBraced(text)) {
            return text.substring(1, text.length() - 1).strip();
        }
        return text.endsWith(".") ? text.substring(0, text.length() - 1).strip() : text;
    }

    /// Whether the first brace closes at the end: not so in `{1}{2}`.
    private static boolean isBraced(String text) {
        if (!text.startsWith("{") || !text.endsWith("}")) {
            return false;
        }
        int depth = 0;
        for (int position = 0; position < text.length() - 1; position++) {
            depth += text.charAt(position) == '{' ? 1 : text.charAt(position) == '}' ? -1 : 0;
            if (depth == 0) {
                return false;
            }
        }
        return true;
    }

    /// Removes `\text{` and the like, each with its closing brace.
    private static String withoutFonts(String text) {
        StringBuilder kept = new StringBuilder();
        Deque<Boolean> isFont = new ArrayDeque<>();
        int position = 0;
        while (position < text.length()) {
            int font = fontLength(text, position);
            char first = text.charAt(position);
            boolean isDropped = font > 0 || (first == '}' && !isFont.isEmpty() && isFont.pop());
            if (font > 0 || first == '{') {
                isFont.push(font > 0);
            }
            if (!isDropped) {
                kept.append(first);
            }
            position += Math.max(font, 1);
        }
        return kept.toString();
    }

    private static int fontLength(String text, int position) {
        return FONTS.stream()
                .filter(font -> text.startsWith(font, position))
                .mapToInt(String::length)
                .findFirst()
                .orElse(0);
    }
}
