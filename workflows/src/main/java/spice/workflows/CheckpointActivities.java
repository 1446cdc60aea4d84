package spice.workflows;

import io.temporal.activity.ActivityInterface;
import org.jspecify.annotations.Nullable;
import spice.settings.RunSettings;

/// Where a run begins, and what it leaves behind.
@ActivityInterface
public interface CheckpointActivities {

    /// Finds or registers the base model, and the checkpoint to start from; writes the run into its lineage.
    /// Fails with [Failure#MODEL_UNUSABLE] or [Failure#LINEAGE_EMPTY].
    StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus);

    /// The same run with other settings from this checkpoint on: opens a branch of the lineage.
    OpenedRun turn(OpenedRun run, RunSettings settings, CheckpointRef policy);

    /// Commits weights, optimizer, cursor and schedules together under one manifest.
    ///
    /// @param seconds null where a workflow of an older version asks
    CheckpointRef commit(IterationRequest iteration, Scored scored, Trained trained, @Nullable StepSeconds seconds);

    /// Commits the policy as it is in the place of an iteration that is passed over, on a branch of its own; the
    /// documents it would have drawn are passed over as well.
    Skipped skip(IterationRequest iteration, String reason);

    /// Where a run begins.
    ///
    /// @param base the model that the run was given
    /// @param start the checkpoint that the first iteration continues from
    /// @param branch of this run within the lineage
    record StartingPoint(CheckpointRef base, CheckpointRef start, String branch) {}

    /// The run on its new branch, and the checkpoint that stands for the iteration.
    record Skipped(OpenedRun run, CheckpointRef checkpoint) {}
}
