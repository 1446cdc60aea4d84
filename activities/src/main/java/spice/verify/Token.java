package spice.verify;

/// A piece of an expression.
sealed interface Token {

    record Literal(Rational value) implements Token {}

    /// A letter, Latin or Greek, with its subscript if it has one.
    record Name(String text) implements Token {}

    /// Everything that is always spelled the same.
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
        OPEN_BRACE,
        CLOSE_BRACE,
        FRACTION,
        ROOT,
        PI,
        END
    }
}
