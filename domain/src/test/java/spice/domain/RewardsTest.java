package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewardsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0.0439",
        "1, 0.3720",
        "2, 0.8226",
        "3, 0.9879",
        "4, 1.0000",
        "5, 0.9879",
        "6, 0.8226",
        "7, 0.3720",
        "8, 0.0439"
    })
    void theChallengerEarnsMostWhereHalfOfEightAttemptsAreCorrect(int correct, double reward) {
        assertThat(Rewards.challenger(correct, 8)).isCloseTo(reward, within(0.00005));
    }

    @Test
    void undecidedAttemptsDoNotDiluteThePassRate() {
        assertThat(Rewards.challenger(3, 6)).isEqualTo(Rewards.challenger(4, 8));
    }

    @Test
    void evenATaskThatNobodySolvesBeatsAnInvalidOne() {
        // exp(-(0.25^2) / 0.02) = exp(-3.125) = 0.04394
        assertThat(Rewards.challenger(0, 8) - Rewards.INVALID).isCloseTo(0.14394, within(0.000005));
    }

    @Test
    void theReasonerEarnsOneForACorrectAnswerAlone() {
        assertThat(Rewards.reasoner(Verdict.CORRECT)).isEqualTo(1);
        assertThat(Rewards.reasoner(Verdict.WRONG)).isZero();
        assertThat(Rewards.reasoner(Verdict.UNREADABLE)).isZero();
    }

    @Test
    void anUndecidedAttemptIsNeverWrong() {
        assertThatThrownBy(() -> Rewards.reasoner(Verdict.UNDECIDED)).hasMessageContaining("leave it out");
        assertThatThrownBy(() -> Rewards.challenger(0, 0)).hasMessageContaining("no pass rate");
    }
}
