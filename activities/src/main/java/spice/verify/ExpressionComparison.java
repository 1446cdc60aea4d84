package spice.verify;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import spice.domain.Verdict;

/// Compares the values of two expressions; with variables, their values at fixed points.
///
/// Half of the points are whole, so that powers such as `2^x` stay exact, and half are fractions, some of them
/// negative. A point where an expression has no value, or takes too much work, does not count. The expressions are
/// equal if at least two points agree and none differs.
final class ExpressionComparison {
    private static final int POINTS = 8;
    private static final int ENOUGH = 2;

    /// One prime for each variable at each point, and one divisor for each point.
    private static final List<Integer> PRIMES = Stream.iterate(2, number -> number + 1)
            .filter(ExpressionComparison::isPrime)
            .limit((long) (Work.VARIABLES + 1) * POINTS)
            .toList();

    private ExpressionComparison() {}

    /// The verdict; `UNREADABLE` if an expression without variables has no value, `UNDECIDED` if a bound is reached
    /// first.
    static Verdict compare(Expression gold, Expression answer) {
        Arithmetic arithmetic = new Arithmetic(new Work());
        List<String> names = Stream.of(gold, answer)
                .flatMap(expression -> expression.parts().stream())
                .flatMap(part -> part instanceof Expression.Variable(String name) ? Stream.of(name) : Stream.empty())
                .distinct()
                .sorted()
                .toList();
        if (names.size() > Work.VARIABLES) {
            return Verdict.UNDECIDED;
        }
        if (names.isEmpty()) {
            return compareAt(name -> Rational.of(1), gold, answer, arithmetic);
        }
        int agreed = 0;
        for (int point = 0; point < POINTS; point++) {
            Verdict verdict = compareAt(point(names, point), gold, answer, arithmetic);
            if (verdict == Verdict.WRONG) {
                return verdict;
            }
            agreed += verdict == Verdict.CORRECT ? 1 : 0;
        }
        return agreed >= ENOUGH ? Verdict.CORRECT : Verdict.UNDECIDED;
    }

    private static Verdict compareAt(
            Function<String, Rational> point, Expression gold, Expression answer, Arithmetic arithmetic) {
        try {
            return compare(gold.value(point, arithmetic), answer.value(point, arithmetic));
        } catch (NoValue e) {
            return Verdict.UNREADABLE;
        } catch (TooMuchWork e) {
            return Verdict.UNDECIDED;
        }
    }

    /// The verdict; `UNDECIDED` if the two enclosures overlap but are too wide to count as equal.
    static Verdict compare(Real gold, Real answer) {
        if (gold instanceof Rational && answer instanceof Rational) {
            return gold.equals(answer) ? Verdict.CORRECT : Verdict.WRONG;
        }
        if (gold.enclosed().isApartFrom(answer.enclosed())) {
            return Verdict.WRONG;
        }
        boolean isKnown = gold.enclosed().isNarrow() && answer.enclosed().isNarrow();
        return isKnown ? Verdict.CORRECT : Verdict.UNDECIDED;
    }

    private static Function<String, Rational> point(List<String> names, int point) {
        return name -> {
            Rational whole = Rational.of(PRIMES.get(point * Work.VARIABLES + names.indexOf(name)));
            Rational fraction = new Rational(
                    whole.numerator(),
                    Rational.of(PRIMES.get(POINTS * Work.VARIABLES + point)).numerator());
            return switch (point % 4) {
                case 1 -> fraction;
                case 3 -> fraction.negated();
                default -> whole;
            };
        };
    }

    private static boolean isPrime(int number) {
        return Stream.iterate(2, divisor -> divisor * divisor <= number, divisor -> divisor + 1)
                .allMatch(divisor -> number % divisor != 0);
    }
}
