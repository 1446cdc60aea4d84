package spice.checkpoints;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import spice.domain.Passage;
import spice.runs.CheckpointRef;
import spice.runs.IterationMetrics;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;
import spice.steps.BlobList;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// What an iteration did and what it cost, stored beside its checkpoint: under `iterations/`, then as in
/// `checkpoints/`. Unlike the manifest it holds times, so it differs between equal runs. It is written before the
/// checkpoint is committed, so every checkpoint has one, except those that are older than the record.
///
/// @param committed time of the commit
/// @param changes the operator's changes that hold from this iteration on
/// @param metrics absent where the iteration was skipped
/// @param training absent where the iteration was skipped
/// @param seconds absent where the iteration was skipped or an older workflow asked for the commit
/// @param passages the drawn passages, for people to read beside the tasks; absent in the same cases
/// @param version of the program that committed the iteration; absent in older records
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

    /// Writes the record, unless there is one: a repeated commit does not change what the iteration cost.
    public void write(BlobStore store, String lineage, String branch, int iteration) {
        store.create(name(CheckpointRef.name(lineage, branch, iteration)), Json.bytes(this));
    }

    /// The record of a checkpoint, if there is one.
    public static Optional<IterationRecord> of(BlobStore store, CheckpointRef checkpoint) {
        String name = name(checkpoint.name());
        return store.read(name).map(json -> Json.read(json, IterationRecord.class, name));
    }

    /// The drawn passages, indexed by the position that tasks carry; an empty list where the record names none.
    ///
    /// @throws spice.store.StoreException if they cannot be read
    public List<Passage> readPassages(BlobStore store) {
        return passages.map(drawn -> BlobList.get(store, drawn, Passage.class)).orElse(List.of());
    }

    private static String name(String checkpoint) {
        return ITERATIONS + checkpoint.substring(Checkpoints.CHECKPOINTS.length());
    }
}
