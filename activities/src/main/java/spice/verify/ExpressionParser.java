package spice.verify;

import java.util.List;

/// Parses an expression by recursive descent.
///
/// ```
/// sum     = term {("+" | "-") term}
/// term    = factor {["*" | "/"] factor}            no sign: a product, see below
/// factor  = ["+" | "-"] power
/// power   = postfix ["^" factor]                   so 2^3^2 is 2^(3^2), and -2^2 is -(2^2)
/// postfix = atom {"%"} ["!"]
/// atom    = number | variable | "pi" | "(" sum ")" | "{" sum "}" | "sqrt" ["[" sum "]"] group | "\frac" group group
/// ```
///
/// A product may omit its sign where only one reading is possible: `2x`, `3\sqrt{2}`, `(x+1)(x-1)`. Texts that
/// people read in two ways are refused: `1/2x`, the mixed number `2\frac{1}{2}`, `2 3`, `x2`, `3!!`.
final class ExpressionParser {
    private final List<Token> tokens;
    private int position;
    private int depth;

    private ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /// @throws NoValue if the text is no expression
    /// @throws TooMuchWork if it exceeds the bounds
    static Expression parse(String text) {
        ExpressionParser parser = new ExpressionParser(Tokenizer.tokens(text));
        Expression expression = parser.sum();
        parser.expect(Token.Mark.END);
        return expression;
    }

    private Expression sum() {
        Expression sum = term();
        while (true) {
            if (accept(Token.Mark.PLUS)) {
                sum = new Expression.Sum(sum, term());
            } else if (accept(Token.Mark.MINUS)) {
                sum = new Expression.Sum(sum, new Expression.Negative(term()));
            } else {
                return sum;
            }
        }
    }

    private Expression term() {
        Expression term = factor();
        boolean isDivisor = false;
        while (true) {
            if (accept(Token.Mark.TIMES)) {
                term = new Expression.Product(term, factor());
                isDivisor = false;
            } else if (accept(Token.Mark.OVER)) {
                term = new Expression.Quotient(term, factor());
                isDivisor = true;
            } else if (beginsUnsignedFactor()) {
                if (isDivisor) {
                    throw new NoValue("a divisor that goes on without a sign");
                }
                term = new Expression.Product(term, power());
            } else {
                return term;
            }
        }
    }

    private boolean beginsUnsignedFactor() {
        return switch (tokens.get(position)) {
            case Token.Variable _ -> true;
            case Token.Literal _ -> false;
            case Token.Mark mark ->
                switch (mark) {
                    case OPEN, ROOT, PI -> true;
                    case FRACTION -> !(tokens.get(position - 1) instanceof Token.Literal);
                    case PLUS,
                            MINUS,
                            TIMES,
                            OVER,
                            POWER,
                            PERCENT,
                            FACTORIAL,
                            CLOSE,
                            OPEN_BRACKET,
                            CLOSE_BRACKET,
                            OPEN_BRACE,
                            CLOSE_BRACE,
                            END -> false;
                };
        };
    }

    private Expression factor() {
        if (accept(Token.Mark.MINUS)) {
            return new Expression.Negative(power());
        }
        accept(Token.Mark.PLUS);
        return power();
    }

    private Expression power() {
        Expression base = postfix();
        if (!accept(Token.Mark.POWER)) {
            return base;
        }
        enter();
        Expression exponent = factor();
        depth--;
        return new Expression.Power(base, exponent);
    }

    private Expression postfix() {
        Expression operand = atom();
        while (accept(Token.Mark.PERCENT)) {
            operand = new Expression.Percent(operand);
        }
        if (!accept(Token.Mark.FACTORIAL)) {
            return operand;
        }
        if (accept(Token.Mark.FACTORIAL)) {
            throw new NoValue("!! is read in two ways");
        }
        return new Expression.Factorial(operand);
    }

    private Expression atom() {
        Token token = tokens.get(position);
        position++;
        return switch (token) {
            case Token.Literal(Rational value) -> new Expression.Literal(value);
            case Token.Variable(String name) -> new Expression.Variable(name);
            case Token.Mark mark ->
                switch (mark) {
                    case PI -> new Expression.Pi();
                    case OPEN -> inside(Token.Mark.CLOSE);
                    case OPEN_BRACE -> inside(Token.Mark.CLOSE_BRACE);
                    case ROOT -> root();
                    case FRACTION -> new Expression.Quotient(group(), group());
                    case PLUS,
                            MINUS,
                            TIMES,
                            OVER,
                            POWER,
                            PERCENT,
                            FACTORIAL,
                            CLOSE,
                            OPEN_BRACKET,
                            CLOSE_BRACKET,
                            CLOSE_BRACE,
                            END -> throw new NoValue("%s where a number should be".formatted(mark));
                };
        };
    }

    private Expression root() {
        if (!accept(Token.Mark.OPEN_BRACKET)) {
            return new Expression.Root(group());
        }
        Expression degree = inside(Token.Mark.CLOSE_BRACKET);
        return new Expression.Power(group(), new Expression.Quotient(new Expression.Literal(Rational.of(1)), degree));
    }

    private Expression group() {
        if (accept(Token.Mark.OPEN_BRACE)) {
            return inside(Token.Mark.CLOSE_BRACE);
        }
        expect(Token.Mark.OPEN);
        return inside(Token.Mark.CLOSE);
    }

    private Expression inside(Token.Mark close) {
        enter();
        Expression inside = sum();
        expect(close);
        depth--;
        return inside;
    }

    private void enter() {
        depth++;
        if (depth > Work.DEPTH) {
            throw new TooMuchWork("an expression nested more than %d deep".formatted(Work.DEPTH));
        }
    }

    private boolean accept(Token.Mark mark) {
        boolean accepted = tokens.get(position) == mark;
        if (accepted) {
            position++;
        }
        return accepted;
    }

    private void expect(Token.Mark mark) {
        if (!accept(mark)) {
            throw new NoValue("%s where %s should be".formatted(tokens.get(position), mark));
        }
    }
}
