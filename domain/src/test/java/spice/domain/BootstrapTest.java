package spice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final Seed SEED = new Seed(3);
    private static final Bootstrap USUAL = new Bootstrap(10_000, 0.95);

    @Test
    void twoQuestionsHaveFourResamples() {
        // differences 0 and 1: their mean is 0, 1/2, 1/2 or 1, each a quarter of the time
        double[] before = {0, 0};
        double[] after = {0, 1};
        assertThat(USUAL.paired(before, after, SEED)).isEqualTo(new Interval(0, 1));
        assertThat(new Bootstrap(10_000, 0.4).paired(before, after, SEED)).isEqualTo(new Interval(0.5, 0.5));
    }

    @Test
    void manyQuestionsGiveTheNormalInterval() {
        // 400 questions, half of them gained: mean 1/2, standard error 0.5 / sqrt(400) = 0.025, 1.96 of it is 0.049
        double[] before = new double[400];
        double[] after = new double[400];
        Arrays.fill(after, 0, 200, 1);
        Interval interval = USUAL.paired(before, after, SEED);
        assertThat(interval.low()).isCloseTo(0.451, within(0.004));
        assertThat(interval.high()).isCloseTo(0.549, within(0.004));
    }

    @Test
    void pairingRemovesWhatTheQuestionsShare() {
        double[] before = {0, 1, 0, 1};
        double[] after = {0.5, 1.5, 0.5, 1.5};
        assertThat(USUAL.paired(before, after, SEED)).isEqualTo(new Interval(0.5, 0.5));
    }

    @Test
    void tasksOfOneDocumentCountAsOneDraw() {
        // 100 documents of four equal tasks each, half of them passed by the last Reasoner: the standard error is
        // that of 100 draws, 0.05, and not that of 400, 0.025
        List<Bootstrap.Document> documents = new ArrayList<>();
        for (int document = 0; document < 100; document++) {
            double passed = document % 2;
            documents.add(new Bootstrap.Document(List.of(0.0, 0.0, 0.0, 0.0), List.of(passed, passed, passed, passed)));
        }
        Interval interval = USUAL.clustered(documents, SEED);
        assertThat(interval.low()).isCloseTo(0.402, within(0.01));
        assertThat(interval.high()).isCloseTo(0.598, within(0.01));
    }

    @Test
    void documentsMayHaveTasksUnderOneConditionOnly() {
        List<Bootstrap.Document> documents = List.of(
                new Bootstrap.Document(List.of(0.25, 0.25), List.of()),
                new Bootstrap.Document(List.of(), List.of(1.0)));
        assertThat(USUAL.clustered(documents, SEED)).isEqualTo(new Interval(0.75, 0.75));
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        double[] before = {0, 0, 1, 0, 1, 1, 0};
        double[] after = {1, 0, 1, 1, 1, 0.5, 0.25};
        assertThat(USUAL.paired(before, after, SEED)).isEqualTo(USUAL.paired(before, after, SEED));
    }

    @Test
    void aConditionWithoutTasksHasNoMean() {
        List<Bootstrap.Document> documents = List.of(new Bootstrap.Document(List.of(1.0), List.of()));
        assertThatThrownBy(() -> USUAL.clustered(documents, SEED)).hasMessageContaining("no second task");
    }
}
