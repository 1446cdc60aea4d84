package spice.workflows;

import io.temporal.activity.ActivityInterface;
import spice.settings.RunSettings;

/// Where a run begins, and what it leaves behind.
@ActivityInterface
public interface CheckpointActivities {

    /// Finds or registers the base model, and the checkpoint to start from; writes the run into its lineage.
    /// Fails with [Failure#MODEL_UNUSABLE] or [Failure#LINEAGE_EMPTY].
    StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus);

    /// Commits weights, optimizer, cursor and schedules together under one manifest.
    CheckpointRef commit(IterationRequest iteration, Scored scored, Trained trained);

    /// Where a run begins.
    ///
    /// @param base the model that the run was given
    /// @param start the checkpoint that the first iteration continues from
    /// @param branch of this run within the lineage
    record StartingPoint(CheckpointRef base, CheckpointRef start, String branch) {}
}
