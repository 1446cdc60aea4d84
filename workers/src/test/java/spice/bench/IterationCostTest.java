package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import spice.bench.IterationCost.Iteration;
import spice.bench.IterationEvents.TimedStep;

class IterationCostTest {
    private static Instant at(double seconds) {
        return Instant.EPOCH.plusNanos(Math.round(seconds * 1e9));
    }

    private static TimeSpan from(double begin, double end) {
        return new TimeSpan(at(begin), at(end));
    }

    /// The iteration lasts from 10 to 20: draw 10.1 to 10.2, pose 10.3 to 14, train 14 to 19.5. Two samplers work
    /// from 11 to 13 and from 12 to 13.5, the learner from 15 to 19; from 9 to 9.5 it works for the previous
    /// iteration.
    @Test
    void whatTheModelDoesNotTakeHasACause() {
        Iteration warmUp = new Iteration(new IterationEvents(at(0), List.of(), 40), 9);
        Iteration counted = new Iteration(
                new IterationEvents(
                        at(10),
                        List.of(
                                new TimedStep("draw", from(10.1, 10.2)),
                                new TimedStep("pose", from(10.3, 14)),
                                new TimedStep("train", from(14, 19.5))),
                        50),
                7);
        Iteration last = new Iteration(new IterationEvents(at(20), List.of(), 40), 9);
        List<TimeSpan> work = List.of(from(12, 13.5), from(11, 13), from(15, 19), from(9, 9.5));
        WrittenFiles store = new WrittenFiles(List.of(
                new WrittenFiles.Written(at(9), 1),
                new WrittenFiles.Written(at(10), 20),
                new WrittenFiles.Written(at(19.9), 300),
                new WrittenFiles.Written(at(20), 4000)));

        IterationCost cost = IterationCost.of(List.of(warmUp, counted, last), work, store);

        assertThat(cost.seconds().values()).containsExactly(10.0);
        assertThat(cost.model().median()).isCloseTo(6.5, within(1e-9));
        assertThat(cost.outside().median()).isCloseTo(3.5, within(1e-9));
        assertThat(cost.causes().values()).hasSize(4);
        assertThat(cost.causes().get("draw")).isCloseTo(0.1, within(1e-9));
        assertThat(cause(cost, "pose")).isCloseTo(1.2, within(1e-9));
        assertThat(cause(cost, "train")).isCloseTo(1.5, within(1e-9));
        assertThat(cause(cost, "between")).isCloseTo(0.7, within(1e-9));
        assertThat(cost.events().values()).containsExactly(57.0);
        assertThat(cost.storeBytes().values()).containsExactly(320.0);
    }

    private static double cause(IterationCost cost, String start) {
        return cost.causes().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(start))
                .findFirst()
                .orElseThrow()
                .getValue();
    }
}
