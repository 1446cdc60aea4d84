package spice.checkpoints;

import spice.runs.CheckpointRef;
import spice.settings.RunSettings;

/// A run's entry in its lineage, written before its first iteration.
///
/// @param workflow ID of the run's workflow, which Temporal keeps only for its retention time
/// @param base the model that the run was given
/// @param start the checkpoint that its first iteration continues from
public record RunRecord(
        String lineage,
        String branch,
        String workflow,
        CheckpointRef base,
        CheckpointRef start,
        RunSettings settings) {}
