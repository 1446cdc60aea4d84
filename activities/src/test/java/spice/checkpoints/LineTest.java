package spice.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;

class LineTest {
    private final BlobStore store = new InMemoryBlobStore();
    private final Checkpoints checkpoints = new Checkpoints(store);
    private final CheckpointRef base = WrittenLineage.base(store);

    private CheckpointRef commit(String lineage, String branch, int first, int last) {
        WrittenLineage written = new WrittenLineage(store, lineage, branch);
        BlobRef corpus = written.corpus();
        for (int iteration = first; iteration < last; iteration++) {
            written.commit(iteration, corpus);
        }
        return written.commit(last, corpus);
    }

    private void begin(String lineage, String branch, CheckpointRef start) {
        new WrittenLineage(store, lineage, branch).begin(base, start);
    }

    @Test
    void aLineageWithoutACheckpointHasNoLine() {
        assertThat(checkpoints.line("mine")).isEmpty();
        begin("mine", "a", base);
        assertThat(checkpoints.line("mine")).isEmpty();
    }

    @Test
    void theLineGoesOverTheBranchesAndLeavesOutWhatWasLeft() {
        begin("mine", "a", base);
        CheckpointRef third = commit("mine", "a", 1, 3);
        commit("mine", "a", 4, 6);
        assertThat(checkpoints.line("mine")).containsExactly(new BranchSegment("a", 1, 6));

        begin("mine", "b", third);
        assertThat(checkpoints.line("mine")).containsExactly(new BranchSegment("a", 1, 3));
        commit("mine", "b", 4, 5);

        assertThat(checkpoints.line("mine"))
                .containsExactly(new BranchSegment("a", 1, 3), new BranchSegment("b", 4, 5));
        assertThat(checkpoints.on("mine", checkpoints.line("mine")))
                .extracting(CheckpointRef::name)
                .containsExactly(
                        "checkpoints/mine/a/00000001",
                        "checkpoints/mine/a/00000002",
                        "checkpoints/mine/a/00000003",
                        "checkpoints/mine/b/00000004",
                        "checkpoints/mine/b/00000005");
    }

    @Test
    void aForkBeginsWithItsOwnFirstCheckpoint() {
        begin("mine", "a", base);
        CheckpointRef third = commit("mine", "a", 1, 3);
        begin("fork", "f", third);
        commit("fork", "f", 4, 4);

        assertThat(checkpoints.line("fork")).containsExactly(new BranchSegment("f", 4, 4));
    }

    @Test
    void aRunThatIsStartedAgainIsOnTheSameLine() {
        begin("mine", "a", base);
        CheckpointRef second = commit("mine", "a", 1, 2);
        begin("mine", "b", second);
        commit("mine", "b", 3, 3);
        begin("mine", "a", base);

        assertThat(checkpoints.line("mine")).containsExactly(new BranchSegment("a", 1, 2));
    }
}
