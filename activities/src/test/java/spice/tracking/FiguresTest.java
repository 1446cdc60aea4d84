package spice.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import spice.runs.IterationMetrics;
import spice.runs.TrainMetrics;
import spice.store.Json;

/// An empty iteration as older versions wrote it, with 0 for every rate of nothing.
class FiguresTest {
    private static final String METRICS = """
            {"posed": 8, "validShare": 0, "refusals": {"UNREADABLE": 8}, "attempted": 0, "passRate": 0,
             "challengerReward": -0.1, "kinds": {}, "difficulties": {}, "suspectGolds": 0, "undecided": 0,
             "challengerLength": 12, "reasonerLength": 0,
             "diversity": {"valid": 0, "questions": 0, "passages": 0, "selfBleu": 0},
             "sampledTokens": 96, "samplingSeconds": 1}""";

    private static final String TRAINING = """
            {"updates": 0, "learningRate": 0, "loss": 0, "gradientNorm": 0, "clipShare": 0, "truncatedShare": 0,
             "entropy": 0, "samplerLearnerDifference": 0, "tokens": 0, "seconds": 0.2}""";

    @Test
    void aRateOfNothingIsNoFigure() {
        assertThat(Figures.of("iteration", read(METRICS, IterationMetrics.class)))
                .containsEntry("iteration/validShare", 0.0)
                .containsEntry("iteration/challengerReward", -0.1)
                .doesNotContainKeys("iteration/passRate", "iteration/reasonerLength", "iteration/diversity/selfBleu");
        assertThat(Figures.of("training", read(TRAINING, TrainMetrics.class)))
                .containsOnlyKeys("training/updates", "training/tokens", "training/seconds");
    }

    @Test
    void anOlderVersionsRatesAreRead() {
        IterationMetrics metrics = read(
                METRICS.replace("\"attempted\": 0, \"passRate\": 0", "\"attempted\": 6, \"passRate\": 0"),
                IterationMetrics.class);
        assertThat(metrics.passRate()).contains(0.0);
        TrainMetrics training = read(TRAINING.replace("\"updates\": 0", "\"updates\": 1"), TrainMetrics.class);
        assertThat(training.loss()).contains(0.0);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(UTF_8), type, "what was written");
    }
}
