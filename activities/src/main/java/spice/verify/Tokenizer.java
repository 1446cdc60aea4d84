package spice.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Splits an expression, plain or in simple LaTeX, into tokens. One pass, no backtracking.
final class Tokenizer {
    private static final Map<Character, Token.Mark> CHARACTERS = Map.ofEntries(
            Map.entry('+', Token.Mark.PLUS),
            Map.entry('-', Token.Mark.MINUS),
            Map.entry('\u2212', Token.Mark.MINUS),
            Map.entry('\u2013', Token.Mark.MINUS),
            Map.entry('*', Token.Mark.TIMES),
            Map.entry('\u00b7', Token.Mark.TIMES),
            Map.entry('\u22c5', Token.Mark.TIMES),
            Map.entry('\u00d7', Token.Mark.TIMES),
            Map.entry('/', Token.Mark.OVER),
            Map.entry('\u00f7', Token.Mark.OVER),
            Map.entry('^', Token.Mark.POWER),
            Map.entry('%', Token.Mark.PERCENT),
            Map.entry('!', Token.Mark.FACTORIAL),
            Map.entry('(', Token.Mark.OPEN),
            Map.entry(')', Token.Mark.CLOSE),
            Map.entry('[', Token.Mark.OPEN_BRACKET),
            Map.entry(']', Token.Mark.CLOSE_BRACKET),
            Map.entry('{', Token.Mark.OPEN_BRACE),
            Map.entry('}', Token.Mark.CLOSE_BRACE),
            Map.entry('\u221a', Token.Mark.ROOT),
            Map.entry('\u03c0', Token.Mark.PI));

    private static final Map<String, Token.Mark> WORDS = Map.of("pi", Token.Mark.PI, "sqrt", Token.Mark.ROOT);

    private static final Map<String, Token.Mark> COMMANDS = Map.of(
            "cdot", Token.Mark.TIMES,
            "times", Token.Mark.TIMES,
            "div", Token.Mark.OVER,
            "frac", Token.Mark.FRACTION,
            "dfrac", Token.Mark.FRACTION,
            "tfrac", Token.Mark.FRACTION,
            "cfrac", Token.Mark.FRACTION,
            "sqrt", Token.Mark.ROOT,
            "pi", Token.Mark.PI,
            "%", Token.Mark.PERCENT);

    /// Commands that only affect spacing or size.
    private static final Set<String> SILENT =
            Set.of(",", ";", ":", "!", " ", "quad", "left", "right", "displaystyle", "limits");

    private static final Set<String> GREEK = Set.of(
            "alpha", "beta", "gamma", "delta", "epsilon", "theta", "kappa", "lambda", "mu", "nu", "rho", "sigma", "tau",
            "phi", "omega");

    private static final String SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int position;

    private Tokenizer(String text) {
        this.text = text;
    }

    /// @throws NoValue if a character does not belong into an expression
    /// @throws TooMuchWork if a number exceeds the bounds
    static List<Token> tokens(String text) {
        String braced = LatexArguments.braced(text);
        Tokenizer tokenizer = new Tokenizer(braced);
        while (tokenizer.position < braced.length()) {
            tokenizer.next();
        }
        tokenizer.tokens.add(Token.Mark.END);
        return List.copyOf(tokenizer.tokens);
    }

    private void next() {
        char first = text.charAt(position);
        Token.Mark mark = CHARACTERS.get(first);
        Optional<NumberLiteral> number = NumberLiteral.at(text, position);
        if (number.isPresent()) {
            tokens.add(new Token.Literal(number.get().value()));
            position = number.get().end();
        } else if (Character.isWhitespace(first) || Character.isSpaceChar(first) || first == '~') {
            position++;
        } else if (text.startsWith("**", position)) {
            tokens.add(Token.Mark.POWER);
            position += 2;
        } else if (SUPERSCRIPTS.indexOf(first) >= 0) {
            superscript();
        } else if (mark != null) {
            tokens.add(mark);
            position++;
        } else if (first == '\\') {
            command();
        } else if (Character.isLetter(first)) {
            word();
        } else {
            throw new NoValue("%s in an expression".formatted(first));
        }
    }

    /// Reads the superscript of `x²` as a power; compatibility folding would make it the digit 2.
    private void superscript() {
        StringBuilder digits = new StringBuilder();
        while (position < text.length() && SUPERSCRIPTS.indexOf(text.charAt(position)) >= 0) {
            digits.append(SUPERSCRIPTS.indexOf(text.charAt(position)));
            position++;
        }
        tokens.add(Token.Mark.POWER);
        tokens.add(new Token.Literal(
                NumberLiteral.at(digits.toString(), 0).orElseThrow().value()));
    }

    private void command() {
        position++;
        int start = position;
        position = lettersEnd(start);
        if (position == start && position < text.length()) {
            position++;
        }
        String command = text.substring(start, position);
        Token.Mark mark = COMMANDS.get(command);
        if (mark != null) {
            tokens.add(mark);
        } else if (GREEK.contains(command)) {
            name("\\" + command);
        } else if (!SILENT.contains(command)) {
            throw new NoValue("\\%s in an expression".formatted(command));
        }
    }

    /// Reads a single letter as a variable. A longer word must be `pi` or `sqrt`: `ln(6)` is not a product of `l`
    /// and `n`.
    private void word() {
        int start = position;
        position = lettersEnd(start);
        String word = text.substring(start, position);
        Token.Mark mark = WORDS.get(word);
        if (mark != null) {
            tokens.add(mark);
        } else if (word.length() == 1) {
            name(word);
        } else {
            throw new NoValue("%s in an expression".formatted(word));
        }
    }

    /// Adds a variable with the subscript that follows, where `x_1` and `x_{1}` are equal.
    private void name(String letter) {
        if (position >= text.length() || text.charAt(position) != '_') {
            tokens.add(new Token.Variable(letter));
            return;
        }
        boolean braced = position + 1 < text.length() && text.charAt(position + 1) == '{';
        int start = position + (braced ? 2 : 1);
        int end = braced ? text.indexOf('}', start) : Math.min(start + 1, text.length());
        if (end <= start || !text.substring(start, end).chars().allMatch(Character::isLetterOrDigit)) {
            throw new NoValue("an unreadable subscript");
        }
        tokens.add(new Token.Variable(letter + "_" + text.substring(start, end)));
        position = braced ? end + 1 : end;
    }

    private int lettersEnd(int start) {
        int end = start;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
