package spice.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.WrittenLineage;
import spice.domain.Interval;
import spice.runs.CheckpointRef;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;
import spice.store.Json;

class MetricsReaderTest {
    private final BlobStore store = new InMemoryBlobStore();
    private final CheckpointRef base = WrittenLineage.base(store);
    private final WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");
    private final MetricsReader lines = new MetricsReader(store);

    private CheckpointRef commit(WrittenLineage lineage, int iteration) {
        lineage.record(iteration);
        return lineage.commit(iteration, lineage.corpus());
    }

    @Test
    void aLineSaysAllThatIsKnownOfItsIteration() throws IOException {
        mine.begin(base, base);
        CheckpointRef first = commit(mine, 1);
        WrittenLineage.answer(store, first, 0.6);

        MetricsLine line = lines.of("mine").getFirst();

        assertThat(line.committed()).contains(Instant.parse("1970-01-01T00:01:00Z"));
        assertThat(line.tokensPerSecond()).contains(200.0);
        assertThat(line.trainedTokensPerSecond()).contains(250.0);
        JsonNode json = Json.mapper().readTree(Json.bytes(line));
        assertThat(json.path("checkpoint").textValue()).isEqualTo("checkpoints/mine/aaaaaaaaaaaa/00000001");
        assertThat(json.path("manifest").textValue()).isEqualTo(first.manifest().sha256());
        assertThat(json.at("/metrics/passRate").doubleValue()).isEqualTo(0.1);
        assertThat(json.at("/metrics/refusals/UNREADABLE").intValue()).isEqualTo(2);
        assertThat(json.at("/metrics/repairs/FENCE").intValue()).isEqualTo(1);
        assertThat(json.at("/training/loss").doubleValue()).isEqualTo(-0.1);
        assertThat(json.at("/seconds/pose").doubleValue()).isEqualTo(2);
        assertThat(json.at("/heldOut/greedy").doubleValue()).isEqualTo(0.6);
    }

    /// Ten questions, six right: the percentiles of Binomial(10, 0.6) / 10.
    @Test
    void anAccuracyHasItsInterval() {
        mine.begin(base, base);
        WrittenLineage.answer(store, commit(mine, 1), 0.6);

        assertThat(lines.of("mine").getFirst().heldOut().orElseThrow().greedyInterval())
                .isEqualTo(new Interval(0.3, 0.9));
    }

    @Test
    void theFirstLineIsTheStartIfItWasEvaluated() {
        WrittenLineage.answer(store, base, 0.3);
        mine.begin(base, base);
        commit(mine, 1);

        assertThat(lines.of("mine")).extracting(MetricsLine::iteration).containsExactly(0, 1);
        assertThat(lines.of("mine").getFirst().heldOut().orElseThrow().greedy()).isEqualTo(0.3);
        assertThat(lines.of("mine").getFirst().metrics()).isEmpty();
    }

    @Test
    void whatIsRecordedButNotCommittedIsNoLine() {
        mine.begin(base, base);
        commit(mine, 1);
        mine.record(2);

        assertThat(lines.of("mine")).extracting(MetricsLine::iteration).containsExactly(1);
    }

    @Test
    void aSecondCommitOfAnIterationChangesNothing() {
        mine.begin(base, base);
        commit(mine, 1);
        List<MetricsLine> before = lines.of("mine");

        commit(mine, 1);

        assertThat(lines.of("mine")).isEqualTo(before);
    }

    @Test
    void aBranchTakesThePlaceOfWhatItLeaves() {
        mine.begin(base, base);
        commit(mine, 1);
        CheckpointRef second = commit(mine, 2);
        commit(mine, 3);
        WrittenLineage branch = new WrittenLineage(store, "mine", "bbbbbbbbbbbb");
        branch.begin(base, second);
        commit(branch, 3);
        commit(branch, 4);

        assertThat(lines.of("mine"))
                .extracting(MetricsLine::branch)
                .containsExactly("aaaaaaaaaaaa", "aaaaaaaaaaaa", "bbbbbbbbbbbb", "bbbbbbbbbbbb");
        assertThat(lines.after("mine", new Checkpoints(store).line("mine"), 2))
                .extracting(MetricsLine::iteration)
                .containsExactly(3, 4);
    }

    @Test
    void aCheckpointOfBeforeThereWereRecordsHasALineToo() {
        mine.begin(base, base);
        mine.commit(1, mine.corpus());

        MetricsLine line = lines.of("mine").getFirst();
        assertThat(line.iteration()).isEqualTo(1);
        assertThat(line.training()).isEmpty();
        assertThat(line.committed()).isEmpty();
    }
}
