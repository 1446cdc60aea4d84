package spice.verify;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Roots of any degree.
final class Roots {
    /// Digits of a root, some more than an enclosure keeps.
    private static final int DIGITS = 64;

    private Roots() {}

    /// The largest whole number whose power is at most this, by Newton's method from above.
    ///
    /// @param radicand 0 or more
    static BigInteger floor(BigInteger radicand, int degree) {
        if (radicand.signum() == 0) {
            return BigInteger.ZERO;
        }
        BigInteger power = BigInteger.valueOf(degree - 1);
        BigInteger root = BigInteger.ONE.shiftLeft(Math.ceilDiv(radicand.bitLength(), degree));
        while (true) {
            BigInteger next = root.multiply(power)
                    .add(radicand.divide(root.pow(degree - 1)))
                    .divide(BigInteger.valueOf(degree));
            if (next.compareTo(root) >= 0) {
                return root;
            }
            root = next;
        }
    }

    /// Two decimals that enclose the root.
    ///
    /// @throws NoValue if the degree is even and the number negative
    /// @throws TooMuchWork if the number may be zero
    static Enclosure enclosed(Enclosure radicand, int degree) {
        if (radicand.high().signum() < 0) {
            if (degree % 2 == 0) {
                throw new NoValue("the root of a negative number");
            }
            return enclosed(radicand.negated(), degree).negated();
        }
        if (radicand.low().signum() <= 0) {
            throw new TooMuchWork("a root of what may be zero");
        }
        return new Enclosure(
                below(radicand.low(), degree), below(radicand.high(), degree).add(ulp(radicand.high(), degree)));
    }

    /// The root, rounded down at its last digit.
    private static BigDecimal below(BigDecimal number, int degree) {
        int scale = scale(number, degree);
        return new BigDecimal(floor(number.scaleByPowerOfTen(scale * degree).toBigInteger(), degree), scale);
    }

    private static BigDecimal ulp(BigDecimal number, int degree) {
        return BigDecimal.ONE.scaleByPowerOfTen(-scale(number, degree));
    }

    /// The decimals that give the root [#DIGITS] digits.
    private static int scale(BigDecimal number, int degree) {
        return DIGITS - Math.floorDiv(number.precision() - number.scale(), degree);
    }
}
