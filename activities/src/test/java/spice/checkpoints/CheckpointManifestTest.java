package spice.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import spice.runs.CheckpointRef;
import spice.store.InMemoryBlobStore;
import spice.store.Json;

class CheckpointManifestTest {
    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final Checkpoints checkpoints = new Checkpoints(store);

    @Test
    void aManifestFromBeforeThereWereChangesIsRead() throws IOException {
        WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");
        CheckpointRef checkpoint = mine.commit(5, mine.corpus());
        ObjectNode old = (ObjectNode) Json.mapper().readTree(store.get(checkpoint.manifest()));
        assertThat(old.remove("changes")).isNotNull();

        CheckpointRef written = new CheckpointRef("mine", "aaaaaaaaaaaa", 5, store.put(Json.bytes(old)));

        assertThat(checkpoints.manifest(written)).isEqualTo(checkpoints.manifest(checkpoint));
    }
}
