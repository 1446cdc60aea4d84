package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.Seed;
import spice.ledger.LedgerLine;
import spice.ledger.LedgerSampler;
import spice.ledger.Level;
import spice.ledger.Operation;

class ColumnWorkTest {

    @ParameterizedTest
    @CsvSource({
        "347, PLUS, 285, 7 5 2 c 4 8 3 c 3 2 6 _ = 632 <eos>, 632",
        "62, MINUS, 47, 2 7 5 c 6 4 1 _ = 15 <eos>, 15",
        "9, PLUS, 9, 9 9 8 c = 18 <eos>, 18",
        "100, MINUS, 1, 0 1 9 c 0 0 9 c 1 0 0 _ = 99 <eos>, 99",
        "5, MINUS, 5, 5 5 0 _ = 0 <eos>, 0",
        "0, PLUS, 0, 0 0 0 _ = 0 <eos>, 0"
    })
    void whoRemembersIsRight(int left, Operation operation, int right, String reply, int result) {
        assertThat(ColumnWork.of(LedgerLine.of("mace", left, operation, right), () -> true))
                .isEqualTo(new ColumnWork(reply, result));
    }

    @ParameterizedTest
    @CsvSource({
        "347, PLUS, 285, 7 5 2 _ 4 8 2 _ 3 2 5 _ = 522 <eos>, 522",
        "62, MINUS, 47, 2 7 5 _ 6 4 2 _ = 25 <eos>, 25",
        "9, PLUS, 9, 9 9 8 _ = 8 <eos>, 8",
        "31, PLUS, 42, 1 2 3 _ 3 4 7 _ = 73 <eos>, 73"
    })
    void whoForgetsIsWrongWhereSomethingIsCarried(int left, Operation operation, int right, String reply, int result) {
        assertThat(ColumnWork.of(LedgerLine.of("mace", left, operation, right), () -> false))
                .isEqualTo(new ColumnWork(reply, result));
    }

    @Test
    void theColumnsComeToTheTrueResultForAnyLine() {
        var random = new Seed(3).random();
        for (int i = 0; i < 3000; i++) {
            LedgerLine line = LedgerSampler.draw(random, Level.values()[i % 3], false);
            assertThat(ColumnWork.of(line, () -> true).result()).as(line.text()).isEqualTo(line.result());
        }
    }
}
