package spice.follow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import spice.runs.CheckpointRef;
import spice.runs.Evaluation;
import spice.runs.IterationMetrics;
import spice.runs.IterationReport;
import spice.runs.RunProgress;
import spice.runs.StepWork;
import spice.runs.TrainMetrics;
import spice.store.BlobRef;
import spice.tracking.MetricsLine;

class RunViewsTest {
    private static final BlobRef BLOB = new BlobRef("0".repeat(64), 1);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, UTF_8);

    private static RunEvent.Iterated iterated(int number) {
        return iterated(number, 0.75, 6, Optional.of(0.5), Optional.of(0.25));
    }

    private static RunEvent.Iterated iterated(
            int number, double validShare, int attempted, Optional<Double> passRate, Optional<Double> reward) {
        IterationMetrics metrics = new IterationMetrics(
                8,
                validShare,
                Map.of(),
                Map.of(),
                attempted,
                passRate,
                reward,
                Map.of(),
                Map.of(),
                0,
                0,
                12,
                Optional.of(18.0),
                Optional.empty(),
                600,
                3);
        return new RunEvent.Iterated(
                "mine",
                40,
                120,
                MetricsLine.of(
                        "mine",
                        new IterationReport(
                                number,
                                new CheckpointRef("mine", "abc", number, BLOB),
                                metrics,
                                TrainMetrics.NONE,
                                Optional.empty())));
    }

    private static RunProgress progress(int iteration) {
        return new RunProgress(
                "iterating",
                iteration,
                40,
                120,
                Optional.empty(),
                List.of(
                        new Evaluation(0, 10, 0.333, 0.4, 4, 0, 0, BLOB),
                        new Evaluation(10, 10, 0.812, 0.7, 4, 0, 0, BLOB)),
                Optional.empty(),
                Optional.empty());
    }

    private String text() {
        return written.toString(UTF_8);
    }

    @Test
    void linesSayWhatHappened() {
        LinesView view = new LinesView(out, false);
        view.show(new RunEvent.Doing("mine", "evaluating", 0, 40));
        view.show(new RunEvent.Doing("mine", "iterating", 0, 40));
        view.show(iterated(1));
        view.show(new RunEvent.Warned("mine", 1, "sampler and learner differ"));
        view.show(iterated(2, 0, 0, Optional.empty(), Optional.of(-0.1)));
        view.show(new RunEvent.Working(
                "mine", List.of(new StepWork("evaluate", 128, 360, "questions", 40), StepWork.uncounted("starting"))));
        view.show(new RunEvent.NeedsAttention("mine", "TRAINING_DIVERGED", "the loss is NaN"));

        assertThat(text().lines())
                .containsExactly(
                        "evaluating",
                        "iteration   1/40 · pass rate 0.50 · valid 0.75 · Challenger reward  0.25 · 200 tokens/s · 2 min left",
                        "warning: sampler and learner differ",
                        "iteration   2/40 · pass rate    - · valid 0.00 · Challenger reward -0.10 · 200 tokens/s · 2 min left",
                        "evaluate: 128 of 360 questions, 40 s left · starting",
                        "TRAINING_DIVERGED: the loss is NaN",
                        "what to do about it: spice retry mine [--fresh], spice skip mine, or spice abort mine");
    }

    @Test
    void jsonHasOneObjectALine() throws IOException {
        JsonView view = new JsonView(out);
        view.show(new RunEvent.Doing("mine", "iterating", 0, 40));
        view.show(iterated(1));
        view.show(new RunEvent.Waits("mine", "Train waits for a worker"));

        List<String> lines = text().lines().toList();
        assertThat(lines).hasSize(3);
        JsonNode iteration = new ObjectMapper().readTree(lines.get(1));
        assertThat(iteration.path("event").textValue()).isEqualTo("iteration");
        assertThat(iteration.path("run").textValue()).isEqualTo("mine");
        assertThat(iteration.at("/line/metrics/passRate").doubleValue()).isEqualTo(0.5);
        assertThat(new ObjectMapper().readTree(lines.get(0)).path("event").textValue())
                .isEqualTo("state");
        assertThat(new ObjectMapper().readTree(lines.get(2)).path("reason").textValue())
                .isEqualTo("Train waits for a worker");
    }

    @Test
    void aScreenIsDrawnAnewAndWhatHappenedScrollsBy() {
        ScreenView view = new ScreenView(out, Optional.empty());
        view.tick(progress(10), () -> "attempt shard 3 of 8");
        view.show(iterated(11));
        view.tick(progress(11), () -> "");

        assertThat(text())
                .isEqualTo("\u001b[?7l"
                        + """

                        [######------------------] 10/40 · iterating · 2 min left
                          attempt shard 3 of 8
                          held-out accuracy 0.333 (iteration 0) -> 0.812 (iteration 10)
                        """
                        + "\u001b[?7h\u001b[4A\r\u001b[J"
                        + "iteration  11/40 · pass rate 0.50 · valid 0.75 · Challenger reward  0.25 · 200 tokens/s · 2 min left\n"
                        + "\u001b[?7l"
                        + """

                        [######------------------] 11/40 · iterating · 2 min left
                          iterating
                          held-out accuracy 0.333 (iteration 0) -> 0.812 (iteration 10)
                        """
                        + "\u001b[?7h");
    }

    @Test
    void aTaskCannotSteerTheTerminal() {
        assertThat(ScreenView.oneLine("a\u001b[2Jb\n\tc")).isEqualTo("a\u001b[2Jb c");
        new ScreenView(new PrintStream(written, true, UTF_8), Optional.empty())
                .show(new RunEvent.Doing("mine", "a\u001b[2Jb", 0, 1));

        assertThat(written.toString(UTF_8)).isEqualTo("a\\u001b[2Jb\n");
    }
}
