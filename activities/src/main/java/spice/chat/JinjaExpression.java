package spice.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rewrites an expression of a Jinja template so that jinjava evaluates it as Python's Jinja does:
///
/// - `not a is b` becomes `not (a is b)`, since jinjava binds `not` tighter than tests and comparisons;
/// - `f(a=b - 1)` becomes `f(a=(b - 1))`, for the same reason;
/// - `a[::-1]` becomes `a.reversed()`, which [PythonObjects] answers;
/// - string literals use jinjava's few escapes.
final class JinjaExpression {
    private static final Pattern TOKEN = Pattern.compile("\\s+|\\w+|\\[\\s*:\\s*:\\s*-\\s*1\\s*]|[^\\s\\w]");
    private static final Set<String> AFTER_NOT = Set.of("and", "or", "if", "else", ",", ":");
    private static final Set<String> AFTER_ARGUMENT = Set.of(",");
    private static final Set<String> COMPARING = Set.of("=", "!", "<", ">");
    private static final String NOTHING = "";

    private JinjaExpression() {}

    static String forJinjava(String code) {
        List<String> tokens = tokens(code);
        StringBuilder out = new StringBuilder();
        // The brackets that were added and are still open, innermost first.
        Deque<Opened> open = new ArrayDeque<>();
        int depth = 0;
        String before = NOTHING;
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            boolean closes = isClosing(token);
            while (!open.isEmpty() && open.peek().endsAt(token, depth)) {
                open.pop();
                out.append(')');
            }
            depth += isOpening(token) ? 1 : closes ? -1 : 0;
            if (token.equals("not") && !before.equals("is") && !next(tokens, i).equals("in")) {
                open.push(new Opened(depth, AFTER_NOT));
                out.append("not (");
            } else if (depth > 0 && isNaming(tokens, i)) {
                open.push(new Opened(depth, AFTER_ARGUMENT));
                out.append("=(");
            } else {
                out.append(spelled(token));
            }
            before = token.isBlank() ? before : token;
        }
        return out.append(")".repeat(open.size())).toString();
    }

    /// A bracket that was added to the code.
    ///
    /// @param depth how many brackets of the code were open around it
    /// @param enders tokens before which it closes; it also closes before the bracket that closes around it
    private record Opened(int depth, Set<String> enders) {
        boolean endsAt(String token, int at) {
            return at == depth && (isClosing(token) || enders.contains(token));
        }
    }

    /// Whether this token is the sign between an argument's name and its value.
    private static boolean isNaming(List<String> tokens, int i) {
        return tokens.get(i).equals("=")
                && !(i > 0 && COMPARING.contains(tokens.get(i - 1)))
                && !(i + 1 < tokens.size() && tokens.get(i + 1).equals("="));
    }

    private static String spelled(String token) {
        char first = token.charAt(0);
        if (first == '\'' || first == '"') {
            return JinjaString.forJinjava(token);
        }
        return first == '[' && token.length() > 1 ? ".reversed()" : token;
    }

    private static boolean isOpening(String token) {
        return token.equals("(") || token.equals("[") || token.equals("{");
    }

    private static boolean isClosing(String token) {
        return token.equals(")") || token.equals("]") || token.equals("}");
    }

    private static String next(List<String> tokens, int from) {
        return tokens.subList(from + 1, tokens.size()).stream()
                .filter(token -> !token.isBlank())
                .findFirst()
                .orElse(NOTHING);
    }

    /// Where a loop's condition begins in the text after `in`: at the first `if` outside of brackets that has no
    /// `else`; -1 if there is none.
    static int condition(String over) {
        int depth = 0;
        int at = 0;
        int condition = -1;
        for (String token : tokens(over)) {
            depth += isOpening(token) ? 1 : isClosing(token) ? -1 : 0;
            if (depth == 0 && token.equals("if") && condition < 0) {
                condition = at;
            } else if (depth == 0 && token.equals("else")) {
                return -1;
            }
            at += token.length();
        }
        return condition;
    }

    /// Splits code into string literals, words, blanks and signs, which together are the code again.
    private static List<String> tokens(String code) {
        List<String> tokens = new ArrayList<>();
        Matcher token = TOKEN.matcher(code);
        int at = 0;
        while (at < code.length()) {
            char first = code.charAt(at);
            int end;
            if (first == '\'' || first == '"') {
                end = endOfString(code, at);
            } else {
                token.region(at, code.length());
                end = token.lookingAt() ? token.end() : at + 1;
            }
            tokens.add(code.substring(at, end));
            at = end;
        }
        return tokens;
    }

    /// The position after the string literal that begins here.
    ///
    /// @throws UnusableTemplate if its quote is never closed
    static int endOfString(String code, int from) {
        for (int at = from + 1; at < code.length(); at++) {
            if (code.charAt(at) == '\\') {
                at++;
            } else if (code.charAt(at) == code.charAt(from)) {
                return at + 1;
            }
        }
        throw new UnusableTemplate(
                "a quote is never closed: " + code.substring(from, Math.min(from + 40, code.length())));
    }
}
