package spice.verify;

import java.math.BigInteger;

/// Calculates exactly with rational numbers and by enclosure with all others. Each operation spends [Work] and
/// throws [TooMuchWork] beyond its bounds, [NoValue] where the result does not exist.
record Arithmetic(Work work) {
    private static final BigInteger TWO = BigInteger.TWO;

    Real add(Real left, Real right) {
        work.spend(left.bits() + right.bits());
        if (left instanceof Rational(BigInteger a, BigInteger b)
                && right instanceof Rational(BigInteger c, BigInteger d)) {
            return new Rational(a.multiply(d).add(c.multiply(b)), b.multiply(d));
        }
        return left.enclosed().plus(right.enclosed());
    }

    Real negate(Real number) {
        work.spend(number.bits());
        return switch (number) {
            case Rational rational -> rational.negated();
            case Enclosure enclosure -> enclosure.negated();
        };
    }

    Real multiply(Real left, Real right) {
        work.spend(left.bits() + right.bits());
        if (left instanceof Rational(BigInteger a, BigInteger b)
                && right instanceof Rational(BigInteger c, BigInteger d)) {
            return new Rational(a.multiply(c), b.multiply(d));
        }
        return left.enclosed().times(right.enclosed());
    }

    Real divide(Real left, Real right) {
        return multiply(left, inverse(right));
    }

    /// A power: exact for whole exponents, by a root for fractions.
    ///
    /// @throws TooMuchWork for an irrational exponent, a root of more than [Work#ROOT]th degree, and a power that
    ///     is too large to write down
    Real power(Real base, Real exponent) {
        if (!(exponent instanceof Rational(BigInteger numerator, BigInteger denominator))) {
            throw new TooMuchWork("an irrational exponent");
        }
        Real root = denominator.equals(BigInteger.ONE)
                ? base
                : denominator.equals(TWO) ? squareRoot(base) : root(base, smallEnough(denominator, Work.ROOT));
        return wholePower(root, numerator);
    }

    /// The root of a degree above two; of a negative number where the degree is odd.
    private Real root(Real radicand, int degree) {
        work.spend(degree * (radicand.bits() + Work.BITS));
        if (radicand instanceof Rational(BigInteger numerator, BigInteger denominator)) {
            boolean isNegative = numerator.signum() < 0;
            if (isNegative && degree % 2 == 0) {
                throw new NoValue("the root of a negative number");
            }
            BigInteger above = Roots.floor(numerator.abs(), degree);
            BigInteger below = Roots.floor(denominator, degree);
            if (above.pow(degree).equals(numerator.abs()) && below.pow(degree).equals(denominator)) {
                return new Rational(isNegative ? above.negate() : above, below);
            }
        }
        return Roots.enclosed(radicand.enclosed(), degree);
    }

    private Real wholePower(Real base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return inverse(wholePower(base, exponent.negate()));
        }
        return switch (base) {
            case Rational rational -> rationalPower(rational, exponent);
            case Enclosure enclosure -> enclosedPower(enclosure, exponent);
        };
    }

    private Real rationalPower(Rational base, BigInteger exponent) {
        boolean isZero = base.numerator().signum() == 0;
        if (isZero && exponent.signum() == 0) {
            throw new NoValue("zero to the power of zero");
        }
        boolean isUnit = base.isWhole() && base.numerator().abs().equals(BigInteger.ONE);
        if (isZero || isUnit) {
            return exponent.testBit(0) ? base : multiply(base, base);
        }
        int factors = smallEnough(exponent, Work.BITS);
        // A factor of b bits adds at least b - 1 bits to the product, so this refuses nothing that would have fitted.
        long bits = (long) factors
                * (Math.max(base.numerator().bitLength(), base.denominator().bitLength()) - 1);
        if (bits > Work.BITS) {
            throw new TooMuchWork("a power of more than %d bits".formatted(Work.BITS));
        }
        work.spend(Work.BITS);
        return new Rational(base.numerator().pow(factors), base.denominator().pow(factors));
    }

    private Real enclosedPower(Enclosure base, BigInteger exponent) {
        Real power = Rational.of(1);
        for (int factor = smallEnough(exponent, Work.MAGNITUDE); factor > 0; factor--) {
            power = multiply(power, base);
        }
        return power;
    }

    Real squareRoot(Real radicand) {
        work.spend(radicand.bits() + Work.BITS);
        if (radicand instanceof Rational(BigInteger numerator, BigInteger denominator) && numerator.signum() >= 0) {
            BigInteger above = numerator.sqrt();
            BigInteger below = denominator.sqrt();
            if (above.multiply(above).equals(numerator) && below.multiply(below).equals(denominator)) {
                return new Rational(above, below);
            }
        }
        return radicand.enclosed().squareRoot();
    }

    Real factorial(Real number) {
        if (!(number instanceof Rational rational)
                || !rational.isWhole()
                || rational.numerator().signum() < 0) {
            throw new NoValue("the factorial of what is not a natural number");
        }
        Real product = Rational.of(1);
        for (int factor = smallEnough(rational.numerator(), Work.FACTORIAL); factor > 1; factor--) {
            product = multiply(product, Rational.of(factor));
        }
        return product;
    }

    private Real inverse(Real number) {
        work.spend(number.bits());
        return switch (number) {
            case Rational(BigInteger numerator, BigInteger denominator) -> new Rational(denominator, numerator);
            case Enclosure enclosure -> enclosure.inverse();
        };
    }

    private static int smallEnough(BigInteger count, int bound) {
        if (count.compareTo(BigInteger.valueOf(bound)) > 0) {
            throw new TooMuchWork("%s factors".formatted(count.bitLength() < Long.SIZE ? count : "very many"));
        }
        return count.intValueExact();
    }
}
