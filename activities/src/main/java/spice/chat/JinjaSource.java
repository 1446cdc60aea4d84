package spice.chat;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rewrites a Jinja template so that jinjava reads it as Python's Jinja does with the options of chat templates
/// (`trim_blocks`, `lstrip_blocks`).
///
/// Blanks around tags are removed here, since jinjava drops some that Jinja keeps. A loop with a condition, which
/// jinjava takes for an inline `if`, becomes a loop over a filtered list. `{% generation %}`, which marks the
/// trained text for other programs, is dropped. Tags outside of [#TAGS] are refused, above all those that read
/// files.
final class JinjaSource {
    private static final Set<String> TAGS = Set.of(
            "if",
            "elif",
            "else",
            "endif",
            "for",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "break",
            "continue",
            "do");
    private static final Set<String> MARKS = Set.of("generation", "endgeneration");
    private static final Pattern TAG = Pattern.compile("(\\w+)\\s*(.*)", Pattern.DOTALL);
    private static final Pattern LOOP = Pattern.compile("(\\w+(?:\\s*,\\s*\\w+)*)\\s+in\\s+(.*)", Pattern.DOTALL);

    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int filteredLoops;

    private JinjaSource(String source) {
        this.source = source;
    }

    /// @throws UnusableTemplate if a tag is never closed, or is not one that chat templates need
    static String forJinjava(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        return new JinjaSource(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines).rewritten();
    }

    private String rewritten() {
        int at = 0;
        boolean atLineStart = true;
        for (int open = nextTag(at); open >= 0; open = nextTag(at)) {
            char kind = source.charAt(open + 1);
            int inner = open + 2;
            boolean strips = is(inner, '-');
            boolean keeps = is(inner, '+');
            String text = source.substring(at, open);
            if (strips) {
                out.append(text.stripTrailing());
            } else {
                out.append(kind == '{' || keeps ? text : withoutIndent(text, atLineStart));
            }
            inner += strips || keeps ? 1 : 0;
            int close = kind == '#' ? source.indexOf("#}", inner) : end(inner, kind == '{' ? '}' : '%');
            if (close < 0) {
                throw new UnusableTemplate("a tag is never closed: " + excerpt(open));
            }
            boolean stripsBehind = close > inner && is(close - 1, '-');
            boolean keepsBehind = close > inner && is(close - 1, '+');
            String code = source.substring(inner, stripsBehind || keepsBehind ? close - 1 : close)
                    .strip();
            at = close + 2;
            if (stripsBehind) {
                while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                    at++;
                }
            } else if (kind != '{' && !keepsBehind && is(at, '\n')) {
                at++;
            }
            atLineStart = source.charAt(at - 1) == '\n';
            switch (kind) {
                case '{' -> print(JinjaExpression.forJinjava(code));
                case '%' -> tag(code);
                default -> {}
            }
        }
        return out.append(source, at, source.length()).toString();
    }

    private boolean is(int at, char character) {
        return at < source.length() && source.charAt(at) == character;
    }

    private String excerpt(int from) {
        return source.substring(from, Math.min(from + 40, source.length())).replace('\n', ' ');
    }

    private int nextTag(int from) {
        for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
            if (is(at + 1, '{') || is(at + 1, '%') || is(at + 1, '#')) {
                return at;
            }
        }
        return -1;
    }

    /// Where the tag closes: outside of string literals and of a dict's braces; -1 if it never does.
    private int end(int from, char closing) {
        int depth = 0;
        for (int at = from; at < source.length(); at++) {
            char character = source.charAt(at);
            if (character == '\'' || character == '"') {
                at = JinjaExpression.endOfString(source, at) - 1;
            } else if (character == closing && is(at + 1, '}') && depth == 0) {
                return at;
            } else if (character == '{') {
                depth++;
            } else if (character == '}') {
                depth--;
            }
        }
        return -1;
    }

    /// Removes the blanks before a tag on its line, if nothing else stands there.
    private static String withoutIndent(String text, boolean atLineStart) {
        int line = text.lastIndexOf('\n') + 1;
        return (line > 0 || atLineStart) && text.substring(line).isBlank() ? text.substring(0, line) : text;
    }

    /// Prints an expression. A dict gets no parentheses: jinjava would take it for a tuple.
    private void print(String expression) {
        out.append((expression.startsWith("{") ? "{{ %s }}" : "{{ (%s)|printed }}").formatted(expression));
    }

    private void tag(String code) {
        Matcher parts = TAG.matcher(code);
        if (!parts.matches() || !(TAGS.contains(parts.group(1)) || MARKS.contains(parts.group(1)))) {
            throw new UnusableTemplate("the tag {%% %s %%} is not allowed here".formatted(code));
        }
        if (parts.group(1).equals("for")) {
            loop(parts.group(2));
        } else if (parts.group(1).equals("macro")) {
            block(code);
        } else if (!MARKS.contains(parts.group(1))) {
            block(parts.group(1) + " " + JinjaExpression.forJinjava(parts.group(2)));
        }
    }

    private void block(String code) {
        out.append("{% ").append(code).append(" %}");
    }

    private void loop(String code) {
        Matcher parts = LOOP.matcher(code);
        if (!parts.matches()) {
            throw new UnusableTemplate("no loop: for " + code);
        }
        String variables = parts.group(1);
        String over = parts.group(2);
        int condition = JinjaExpression.condition(over);
        if (condition < 0) {
            block("for %s in %s".formatted(variables, JinjaExpression.forJinjava(over)));
            return;
        }
        String kept = "kept_by_loop_" + filteredLoops++;
        String item = variables.contains(",") ? "[" + variables + "]" : variables;
        block("set %s = namespace(items=[])".formatted(kept));
        block("for %s in %s".formatted(variables, JinjaExpression.forJinjava(over.substring(0, condition))));
        block("if " + JinjaExpression.forJinjava(over.substring(condition + "if".length())));
        block("set %s.items = %s.items + [%s]".formatted(kept, kept, item));
        block("endif");
        block("endfor");
        block("for %s in %s.items".formatted(variables, kept));
    }
}
