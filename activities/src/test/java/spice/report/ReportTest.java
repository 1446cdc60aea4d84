package spice.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.checkpoints.WrittenRun;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;

class ReportTest {
    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private Report report(int last) {
        Checkpoints checkpoints = new Checkpoints(store);
        return Report.of(store, "s3://spice", "mine", checkpoints.at("mine", last), Optional.empty(), Optional.empty());
    }

    private void written(int iterations, String words) {
        WrittenRun run = new WrittenRun(store, "mine", words);
        run.begin();
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration <= iterations; iteration++) {
            run.commit(iteration, corpus);
        }
    }

    @Test
    void theSameCheckpointsGiveTheSameFile() {
        written(2, "");
        Report report = report(2);
        assertThat(report(2).html()).isEqualTo(report.html());
        assertThat(store.get(report.put(store).orElseThrow())).isEqualTo(report.html());
        assertThat(store.list("reports/")).hasSize(1);
        report(2).put(store);
        assertThat(store.list("reports/")).hasSize(1);
    }

    @Test
    void ofARunThatFailedBeforeItBeganItSaysWhy() {
        Report report = Report.of(
                store,
                "s3://spice",
                "mine",
                Optional.empty(),
                Optional.of(Standing.ended("failed", Optional.of("CORPUS_UNUSABLE: there is no corpus post"))),
                Optional.empty());
        assertThat(new String(report.html(), StandardCharsets.UTF_8))
                .contains("\"trouble\":\"CORPUS_UNUSABLE: there is no corpus post\"", "\"lines\":[]");
        assertThat(report.put(store)).isEmpty();
    }

    @Test
    void anEarlierIterationIsShownAsItWas() {
        written(3, "");
        assertThat(new String(report(2).html(), StandardCharsets.UTF_8))
                .contains("saffron 2 plus 285")
                .doesNotContain("\"iteration\":3");
    }

    /// Every text has three thousand characters of the kind that takes most bytes as JSON, and tasks fill their
    /// space.
    @Test
    void aReportIsAtMostTwentyMegabytes() {
        written(220, "<".repeat(3_000));
        assertThat(report(220).html().length).isBetween(5_000_000, 20_000_000);
    }

    @Test
    void aTaskGetsShorterUntilThereIsRoomForIt() {
        written(1, "<".repeat(3_000));
        Checkpoints checkpoints = new Checkpoints(store);
        CheckpointRef first = checkpoints.at("mine", 1).orElseThrow();
        ShownIteration shown = ShownIteration.of(
                store, 1, checkpoints.manifest(first).tasks().orElseThrow(), IterationRecord.of(store, first), 6_000);
        assertThat(shown.shown()).hasSize(1);
        assertThat(shown.shown().getFirst().size()).isLessThan(6_000);
    }

    @Test
    void dataEndsNoElement() {
        written(1, "</script><!--");
        String html = new String(report(1).html(), StandardCharsets.UTF_8);
        String data = html.substring(html.indexOf("id=\"data\">") + 10);
        assertThat(data.substring(0, data.indexOf('<'))).contains("\\u003c/script>\\u003c!--");
        assertThat(data.substring(data.indexOf('<'))).startsWith("</script>\n<script>");
    }
}
