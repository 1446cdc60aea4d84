package spice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class EnclosureTest {
    private static final MathContext EXACT = new MathContext(80);

    @Test
    void piLiesWhereMachinFoundIt() {
        // pi = 16 arctan(1/5) - 4 arctan(1/239)
        BigDecimal pi = arctanOfInverse(5)
                .multiply(BigDecimal.valueOf(16))
                .subtract(arctanOfInverse(239).multiply(BigDecimal.valueOf(4)));
        assertThat(pi).isBetween(Enclosure.PI.low(), Enclosure.PI.high());
    }

    @Test
    void theRootOfTwoLiesBetweenItsBounds() {
        Enclosure root = Rational.of(2).enclosed().squareRoot();
        assertThat(root.low().multiply(root.low())).isLessThan(BigDecimal.TWO);
        assertThat(root.high().multiply(root.high())).isGreaterThan(BigDecimal.TWO);
        assertThat(root.isNarrow()).isTrue();
    }

    @Test
    void aProductSpansWhateverTheSigns() {
        Enclosure around = new Enclosure(new BigDecimal("-2"), new BigDecimal("3"));
        assertThat(around.times(around)).isEqualTo(new Enclosure(new BigDecimal("-6"), new BigDecimal("9")));
    }

    @Test
    void whatMayBeZeroDividesNothing() {
        Enclosure around = new Enclosure(new BigDecimal("-1"), new BigDecimal("1"));
        assertThatThrownBy(around::inverse).isInstanceOf(TooMuchWork.class);
    }

    /// `arctan(1/n) = 1/n - 1/(3 n^3) + 1/(5 n^5) - ...`
    private static BigDecimal arctanOfInverse(int n) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(n), EXACT);
        for (int odd = 1; odd < 130; odd += 2) {
            BigDecimal term = power.divide(BigDecimal.valueOf(odd), EXACT);
            sum = odd % 4 == 1 ? sum.add(term) : sum.subtract(term);
            power = power.divide(BigDecimal.valueOf((long) n * n), EXACT);
        }
        return sum;
    }
}
