package spice.verify;

import java.math.BigDecimal;
import java.math.BigInteger;

/// A fraction in lowest terms with a positive denominator.
record Rational(BigInteger numerator, BigInteger denominator) implements Real {

    /// @throws NoValue if the denominator is zero
    /// @throws TooMuchWork if numerator or denominator exceeds [Work#BITS]
    Rational {
        if (denominator.signum() == 0) {
            throw new NoValue("division by zero");
        }
        BigInteger divisor = numerator.gcd(denominator).multiply(BigInteger.valueOf(denominator.signum()));
        numerator = numerator.divide(divisor);
        denominator = denominator.divide(divisor);
        if (numerator.bitLength() > Work.BITS || denominator.bitLength() > Work.BITS) {
            throw new TooMuchWork("a number of more than %d bits".formatted(Work.BITS));
        }
    }

    static Rational of(long whole) {
        return of(BigInteger.valueOf(whole));
    }

    static Rational of(BigInteger whole) {
        return new Rational(whole, BigInteger.ONE);
    }

    boolean isWhole() {
        return denominator.equals(BigInteger.ONE);
    }

    Rational negated() {
        return new Rational(numerator.negate(), denominator);
    }

    @Override
    public Enclosure enclosed() {
        BigDecimal above = new BigDecimal(numerator);
        BigDecimal below = new BigDecimal(denominator);
        return new Enclosure(above.divide(below, Enclosure.DOWN), above.divide(below, Enclosure.UP));
    }

    @Override
    public int bits() {
        return numerator.bitLength() + denominator.bitLength();
    }

    /// Such as `3` or `-7/2`.
    @Override
    public String toString() {
        return isWhole() ? numerator.toString() : numerator + "/" + denominator;
    }
}
