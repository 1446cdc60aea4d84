package spice.evaluation;

import java.util.List;
import spice.runs.CheckpointRef;
import spice.runs.Evaluation;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// A checkpoint's evaluation on held-out questions. It can be found without its run: under `evaluations/`, then the
/// checkpoint as in `checkpoints/`, then a digest of the questions and the numbers of samples.
///
/// @param heldOut the questions
public record EvaluationRecord(CheckpointRef checkpoint, BlobRef heldOut, Evaluation evaluation) {
    private static final String EVALUATIONS = "evaluations/";
    private static final int DIGEST_LENGTH = 12;

    private record Manner(BlobRef heldOut, int attempts, int k) {}

    /// Writes the record, unless there is one.
    public void write(BlobStore store) {
        String manner = Json.digest(new Manner(heldOut, evaluation.attempts(), evaluation.k()))
                .substring(0, DIGEST_LENGTH);
        String name = "%s%s/%s/%08d/%s"
                .formatted(EVALUATIONS, checkpoint.lineage(), checkpoint.branch(), checkpoint.iteration(), manner);
        store.create(name, Json.bytes(this));
    }

    /// All evaluations of a lineage's checkpoints.
    public static List<EvaluationRecord> of(BlobStore store, String lineage) {
        return of(store, lineage, (_, _) -> true);
    }

    /// The evaluations of the wanted checkpoints of a lineage; others are not read.
    public static List<EvaluationRecord> of(BlobStore store, String lineage, Wanted wanted) {
        return store.list(EVALUATIONS + lineage + "/").stream()
                .filter(name -> isWanted(name.split("/", 5), wanted))
                .flatMap(name -> store.read(name).stream().map(json -> Json.read(json, EvaluationRecord.class, name)))
                .toList();
    }

    private static boolean isWanted(String[] name, Wanted wanted) {
        return wanted.test(name[2], Integer.parseInt(name[3]));
    }

    /// Selects checkpoints by their place in the lineage.
    public interface Wanted {
        boolean test(String branch, int iteration);
    }
}
