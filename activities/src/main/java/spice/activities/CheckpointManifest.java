package spice.activities;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.store.BlobRef;
import spice.workflows.IterationMetrics;

/// Everything that a run needs to go on from here exactly as if it had never stopped: committed together, under
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
/// @param updates gradient updates of the lineage so far: where the learning rate's schedule stands
/// @param documentsDrawn the document cursor
/// @param settings of the run as far as they have an effect; the random state is `settings.seed` and the counters
///     here, since every draw is made from a seed named by them. Absent in a base
/// @param changes what the operator changed, that holds from this iteration on
/// @param corpus manifest of the corpus it was trained on
/// @param grounding the rules beyond the paper by which tasks were refused
/// @param hardware what bit-for-bit equality rests on besides the settings: instruction set and torch version
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
        // Absent from manifests of before there was anything to change.
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> changes,
        Optional<BlobRef> corpus,
        String grounding,
        String hardware,
        Optional<BlobRef> trajectories,
        Optional<BlobRef> tasks,
        Optional<IterationMetrics> metrics) {
    static final int FORMAT = 1;
    static final String GROUNDING = "quoted, derived";

    public CheckpointManifest {
        files = Map.copyOf(files);
        changes = List.copyOf(changes);
    }
}
