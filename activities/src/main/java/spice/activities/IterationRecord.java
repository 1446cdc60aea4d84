package spice.activities;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import spice.domain.Passage;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointRef;
import spice.workflows.IterationMetrics;
import spice.workflows.StepSeconds;
import spice.workflows.TrainMetrics;

/// What an iteration did and what it cost, beside its checkpoint: under `iterations/`, then as in `checkpoints/`.
/// Unlike the manifest it holds times, so that it differs where two runs are equal. It is written before the
/// checkpoint is committed: a checkpoint always has one, unless it was committed before there were any.
///
/// @param committed when
/// @param changes what the operator changed, that holds from this iteration on
/// @param metrics absent where the iteration was skipped
/// @param training likewise
/// @param seconds likewise, and where an older workflow asked for the commit
/// @param passages that were drawn, for people to read beside the tasks; likewise
/// @param version of the program that committed it; absent where that was an older one
public record IterationRecord(
        Instant committed,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> changes,
        Optional<IterationMetrics> metrics,
        Optional<TrainMetrics> training,
        Optional<StepSeconds> seconds,
        Optional<BlobRef> passages,
        Optional<String> version) {
    private static final String ITERATIONS = "iterations/";

    public IterationRecord {
        changes = List.copyOf(changes);
    }

    /// Writes it, unless there is one: whoever commits an iteration a second time does not change what it cost.
    void write(BlobStore store, String lineage, String branch, int iteration) {
        store.create(name(CheckpointRef.name(lineage, branch, iteration)), Json.bytes(this));
    }

    /// That of a checkpoint, if there is one.
    public static Optional<IterationRecord> of(BlobStore store, CheckpointRef checkpoint) {
        String name = name(checkpoint.name());
        return store.read(name).map(json -> Json.read(json, IterationRecord.class, name));
    }

    /// The passages that were drawn, by the position that tasks name them by; empty where none are named.
    ///
    /// @throws spice.store.StoreException if they cannot be read
    public List<Passage> readPassages(BlobStore store) {
        return passages.map(drawn -> Blobs.get(store, drawn, Passage.class)).orElse(List.of());
    }

    private static String name(String checkpoint) {
        return ITERATIONS + checkpoint.substring(Checkpoints.CHECKPOINTS.length());
    }
}
