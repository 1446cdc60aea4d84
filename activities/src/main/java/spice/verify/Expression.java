package spice.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// An arithmetic expression over numbers and variables.
sealed interface Expression {

    record Literal(Rational value) implements Expression {}

    record Pi() implements Expression {}

    record Variable(String name) implements Expression {}

    record Sum(Expression left, Expression right) implements Expression {}

    record Product(Expression left, Expression right) implements Expression {}

    record Quotient(Expression dividend, Expression divisor) implements Expression {}

    record Power(Expression base, Expression exponent) implements Expression {}

    record Negative(Expression operand) implements Expression {}

    record Percent(Expression operand) implements Expression {}

    record Root(Expression radicand) implements Expression {}

    record Factorial(Expression operand) implements Expression {}

    /// Parses an expression; empty if the text is none.
    ///
    /// @throws TooMuchWork if it exceeds the bounds
    static Optional<Expression> parse(String text) {
        try {
            return Optional.of(ExpressionParser.parse(text));
        } catch (NoValue e) {
            return Optional.empty();
        }
    }

    /// The expression's value.
    ///
    /// @param variables gives each variable its value
    /// @throws NoValue if there is no real value, as for `1/0` and the root of a negative number
    /// @throws TooMuchWork if it exceeds the bounds
    default Real value(Function<String, Rational> variables, Arithmetic arithmetic) {
        return switch (this) {
            case Literal(Rational value) -> value;
            case Pi() -> Enclosure.PI;
            case Variable(String name) -> variables.apply(name);
            case Sum(Expression left, Expression right) ->
                arithmetic.add(left.value(variables, arithmetic), right.value(variables, arithmetic));
            case Product(Expression left, Expression right) ->
                arithmetic.multiply(left.value(variables, arithmetic), right.value(variables, arithmetic));
            case Quotient(Expression dividend, Expression divisor) ->
                arithmetic.divide(dividend.value(variables, arithmetic), divisor.value(variables, arithmetic));
            case Power(Expression base, Expression exponent) ->
                arithmetic.power(base.value(variables, arithmetic), exponent.value(variables, arithmetic));
            case Negative(Expression operand) -> arithmetic.negate(operand.value(variables, arithmetic));
            case Percent(Expression operand) ->
                arithmetic.divide(operand.value(variables, arithmetic), Rational.of(100));
            case Root(Expression radicand) -> arithmetic.squareRoot(radicand.value(variables, arithmetic));
            case Factorial(Expression operand) -> arithmetic.factorial(operand.value(variables, arithmetic));
        };
    }

    /// This expression and all subexpressions. Not recursive, because a long sum is deeply nested.
    default List<Expression> parts() {
        List<Expression> parts = new ArrayList<>(List.of(this));
        for (int part = 0; part < parts.size(); part++) {
            parts.addAll(parts.get(part).operands());
        }
        return parts;
    }

    private List<Expression> operands() {
        return switch (this) {
            case Literal _, Pi _, Variable _ -> List.of();
            case Sum(Expression left, Expression right) -> List.of(left, right);
            case Product(Expression left, Expression right) -> List.of(left, right);
            case Quotient(Expression dividend, Expression divisor) -> List.of(dividend, divisor);
            case Power(Expression base, Expression exponent) -> List.of(base, exponent);
            case Negative(Expression operand) -> List.of(operand);
            case Percent(Expression operand) -> List.of(operand);
            case Root(Expression radicand) -> List.of(radicand);
            case Factorial(Expression operand) -> List.of(operand);
        };
    }
}
