package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static spice.domain.Verdict.CORRECT;
import static spice.domain.Verdict.UNREADABLE;
import static spice.domain.Verdict.WRONG;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuspectGoldTest {

    @Test
    void sixOfEightThatAgreeOnAnotherAnswerMakeTheGoldSuspect() {
        assertThat(SuspectGold.isSuspect(
                        List.of(WRONG, WRONG, WRONG, WRONG, WRONG, WRONG, CORRECT, UNREADABLE),
                        List.of("41", "41", "41", "41", "41", "41", "42", "")))
                .isTrue();
    }

    @Test
    void fiveOfEightDoNot() {
        assertThat(SuspectGold.isSuspect(
                        List.of(WRONG, WRONG, WRONG, WRONG, WRONG, WRONG, WRONG, WRONG),
                        List.of("41", "41", "41", "41", "41", "40", "40", "39")))
                .isFalse();
    }

    @Test
    void agreementOnTheGoldOrOnNothingIsNotSuspect() {
        assertThat(SuspectGold.isSuspect(List.of(CORRECT, CORRECT, CORRECT, CORRECT), List.of("42", "42", "42", "42")))
                .isFalse();
        assertThat(SuspectGold.isSuspect(
                        List.of(UNREADABLE, UNREADABLE, UNREADABLE, UNREADABLE), List.of("", "", "", "")))
                .isFalse();
    }
}
