package spice.checkpoints;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.runs.IterationMetrics;
import spice.store.BlobRef;

/// Everything that a run needs to continue from here exactly as if it had never stopped, committed together under
/// one digest. It holds no time of day and no duration, so that a disturbed run ends with the digest of an
/// undisturbed one.
///
/// @param format of this record, raised when it changes
/// @param lineage the line of checkpoints; `base` for a model as it was given
/// @param branch parent and settings, as a short digest
/// @param iteration how many iterations of the lineage lie before it
/// @param parent manifest of the checkpoint it was trained from
/// @param files the model's folder, file by file
/// @param optimizer AdamW's state; absent in a base
/// @param updates gradient updates of the lineage so far, by which the learning rate is scheduled
/// @param documentsDrawn documents that the lineage has drawn so far: the document cursor
/// @param settings of the run, as far as they have an effect; absent in a base. The random state is their seed with
///     the counters of this record, from which the seed of every draw derives
/// @param changes the operator's changes that hold from this iteration on
/// @param corpus manifest of the corpus it was trained on
/// @param grounding rules beyond the paper's that a task must pass
/// @param hardware what bit-for-bit equality depends on besides the settings: instruction set and torch version
/// @param trajectories what its update learned from
/// @param tasks what was posed and answered, for people to read
/// @param metrics of its iteration
public record CheckpointManifest(
        int format,
        String lineage,
        String branch,
        int iteration,
        Optional<BlobRef> parent,
        Map<String, BlobRef> files,
        Optional<BlobRef> optimizer,
        long updates,
        long documentsDrawn,
        Optional<ObjectNode> settings,
        // Absent from manifests that are older than the field.
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> changes,
        Optional<BlobRef> corpus,
        String grounding,
        String hardware,
        Optional<BlobRef> trajectories,
        Optional<BlobRef> tasks,
        Optional<IterationMetrics> metrics) {
    public static final int FORMAT = 1;
    public static final String GROUNDING = "quoted, derived";

    public CheckpointManifest {
        files = Map.copyOf(files);
        changes = List.copyOf(changes);
    }
}
