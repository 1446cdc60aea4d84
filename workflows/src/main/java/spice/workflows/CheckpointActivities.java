package spice.workflows;

import io.temporal.activity.ActivityInterface;
import org.jspecify.annotations.Nullable;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.runs.StepSeconds;
import spice.settings.RunSettings;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.TrainerActivities.Trained;

/// Where a run begins, and what it commits.
@ActivityInterface
public interface CheckpointActivities {

    /// Finds or registers the base model, and the checkpoint to start from; writes the run into its lineage.
    /// Fails with [Failure#MODEL_UNUSABLE] or [Failure#LINEAGE_EMPTY].
    StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus);

    /// Opens a branch of the lineage: the run with other settings from this checkpoint on.
    OpenedRun turn(OpenedRun run, RunSettings settings, CheckpointRef policy);

    /// Commits weights, optimizer, cursor and schedules together under one manifest.
    ///
    /// @param seconds null if a workflow of an older version calls
    CheckpointRef commit(IterationRequest iteration, Scored scored, Trained trained, @Nullable StepSeconds seconds);

    /// Skips an iteration: commits the unchanged policy in its place, on a new branch. The documents that it
    /// would have drawn are skipped as well.
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
