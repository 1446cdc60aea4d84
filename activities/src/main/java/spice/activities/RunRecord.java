package spice.activities;

import spice.settings.RunSettings;
import spice.workflows.CheckpointRef;

/// A run's entry in its lineage, written before its first iteration.
///
/// @param workflow id of the workflow, by which Temporal knows the run for as long as it remembers it
/// @param base the model that the run was given
/// @param start the checkpoint that its first iteration continues from
public record RunRecord(
        String lineage,
        String branch,
        String workflow,
        CheckpointRef base,
        CheckpointRef start,
        RunSettings settings) {}
