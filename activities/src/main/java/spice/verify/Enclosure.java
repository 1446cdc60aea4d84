package spice.verify;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.stream.Stream;

/// An irrational number as two decimals that enclose it. Every operation rounds the lower one down and the upper
/// one up, so two enclosures that do not overlap contain different numbers.
record Enclosure(BigDecimal low, BigDecimal high) implements Real {
    private static final int DIGITS = 60;
    static final MathContext DOWN = new MathContext(DIGITS, RoundingMode.FLOOR);
    static final MathContext UP = new MathContext(DIGITS, RoundingMode.CEILING);

    /// Pi, rounded down and up at the last decimal.
    static final Enclosure PI = new Enclosure(
            new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494"),
            new BigDecimal("3.14159265358979323846264338327950288419716939937510582097495"));

    /// Overlapping enclosures of at most this width, relative to numbers above one, count as equal. Two short
    /// expressions that agree to thirty digits without being equal have to be constructed on purpose.
    private static final BigDecimal NARROW = BigDecimal.ONE.scaleByPowerOfTen(-30);

    /// @throws TooMuchWork if the number is further from one than [Work#MAGNITUDE] powers of ten
    Enclosure {
        if (Math.max(magnitude(low), magnitude(high)) > Work.MAGNITUDE) {
            throw new TooMuchWork("a number of more than %d digits".formatted(Work.MAGNITUDE));
        }
    }

    private static long magnitude(BigDecimal number) {
        return number.signum() == 0 ? 0 : Math.abs((long) number.precision() - number.scale());
    }

    Enclosure plus(Enclosure other) {
        return new Enclosure(low.add(other.low, DOWN), high.add(other.high, UP));
    }

    Enclosure negated() {
        return new Enclosure(high.negate(), low.negate());
    }

    Enclosure times(Enclosure other) {
        return spanning(
                low.multiply(other.low), low.multiply(other.high), high.multiply(other.low), high.multiply(other.high));
    }

    /// @throws TooMuchWork if the number may be zero
    Enclosure inverse() {
        if (low.signum() <= 0 && high.signum() >= 0) {
            throw new TooMuchWork("a divisor that may be zero");
        }
        return new Enclosure(BigDecimal.ONE.divide(high, DOWN), BigDecimal.ONE.divide(low, UP));
    }

    /// @throws NoValue if the number is negative
    /// @throws TooMuchWork if the number may be negative
    Enclosure squareRoot() {
        if (high.signum() < 0) {
            throw new NoValue("the root of a negative number");
        }
        if (low.signum() < 0) {
            throw new TooMuchWork("a root of what may be negative");
        }
        // BigDecimal promises an error of at most one unit in the last place, whichever way it rounds.
        BigDecimal below = low.sqrt(DOWN);
        BigDecimal above = high.sqrt(UP);
        return new Enclosure(below.subtract(below.ulp()), above.add(above.ulp()));
    }

    /// Whether the two have no number in common.
    boolean isApartFrom(Enclosure other) {
        return high.compareTo(other.low) < 0 || other.high.compareTo(low) < 0;
    }

    /// Whether the number is known to thirty digits.
    boolean isNarrow() {
        return high.subtract(low)
                        .compareTo(NARROW.multiply(BigDecimal.ONE.max(low.abs()).max(high.abs())))
                <= 0;
    }

    @Override
    public Enclosure enclosed() {
        return this;
    }

    @Override
    public int bits() {
        return 2 * Work.BITS / 16;
    }

    /// The number to thirty digits.
    @Override
    public String toString() {
        return low.add(high)
                .divide(BigDecimal.TWO, new MathContext(30))
                .stripTrailingZeros()
                .toString();
    }

    private static Enclosure spanning(BigDecimal... bounds) {
        BigDecimal low = Stream.of(bounds).reduce(BigDecimal::min).orElseThrow();
        BigDecimal high = Stream.of(bounds).reduce(BigDecimal::max).orElseThrow();
        return new Enclosure(low.round(DOWN), high.round(UP));
    }
}
