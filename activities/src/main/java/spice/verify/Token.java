package spice.verify;

/// A token of an expression.
sealed interface Token {

    record Literal(Rational value) implements Token {}

    /// A letter, Latin or Greek, with its subscript if it has one.
    record Variable(String text) implements Token {}

    /// An operator, a bracket or a constant.
    enum Mark implements Token {
        PLUS,
        MINUS,
        TIMES,
        OVER,
        POWER,
        PERCENT,
        FACTORIAL,
        OPEN,
        CLOSE,
        OPEN_BRACKET,
        CLOSE_BRACKET,
        OPEN_BRACE,
        CLOSE_BRACE,
        FRACTION,
        ROOT,
        PI,
        END
    }
}
