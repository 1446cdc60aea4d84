package spice.verify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Puts braces around arguments of LaTeX commands that have none: `\frac12` is `\frac{1}{2}`, `\sqrt2` is
/// `\sqrt{2}`. One pass. What is no single digit or letter stays as it is.
final class LatexArguments {
    private static final Map<String, Integer> COMMANDS =
            Map.of("frac", 2, "dfrac", 2, "tfrac", 2, "cfrac", 2, "sqrt", 1);

    private final String text;
    private final StringBuilder out = new StringBuilder();
    /// Arguments that the last command still takes, for each open brace.
    private final Deque<Integer> missing = new ArrayDeque<>();

    private int position;

    private LatexArguments(String text) {
        this.text = text;
        missing.push(0);
    }

    static String braced(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        LatexArguments arguments = new LatexArguments(text);
        while (arguments.position < text.length()) {
            arguments.next();
        }
        return arguments.out.toString();
    }

    private void next() {
        char first = text.charAt(position);
        if (first == '\\') {
            command();
        } else if (first == '[' && isAwaited() && out.toString().endsWith("\\sqrt")) {
            int end = text.indexOf(']', position);
            copy(end < 0 ? text.length() : end + 1);
        } else if (first == '{') {
            taken();
            missing.push(0);
            copy(position + 1);
        } else if (first == '}') {
            missing.pop();
            if (missing.isEmpty()) {
                missing.push(0);
            }
            copy(position + 1);
        } else if (isAwaited() && Character.isLetterOrDigit(first)) {
            taken();
            out.append('{').append(first).append('}');
            position++;
        } else {
            if (!Character.isWhitespace(first)) {
                missing.pop();
                missing.push(0);
            }
            copy(position + 1);
        }
    }

    private void command() {
        int end = position + 1;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        String command = text.substring(position + 1, end);
        boolean isArgument = isAwaited() && !command.isEmpty() && !COMMANDS.containsKey(command);
        if (isArgument) {
            taken();
            out.append('{');
        }
        copy(command.isEmpty() ? Math.min(end + 1, text.length()) : end);
        if (isArgument) {
            out.append('}');
        }
        if (COMMANDS.containsKey(command)) {
            missing.pop();
            missing.push(COMMANDS.get(command));
        }
    }

    private boolean isAwaited() {
        return missing.element() > 0;
    }

    private void taken() {
        if (isAwaited()) {
            missing.push(missing.pop() - 1);
        }
    }

    private void copy(int end) {
        out.append(text, position, end);
        position = end;
    }
}
