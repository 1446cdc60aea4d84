package spice.workflows;

import io.temporal.activity.ActivityInterface;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// The model that reads a document.
@ActivityInterface
public interface ChallengerActivities {

    /// Poses tasks on one lane's documents, in rounds until one is valid, and keeps a group of each document.
    LaneReport pose(PoseRequest request);

    /// Poses the held-out questions on the documents that were held back. The result may be empty. Fails with
    /// [Failure#NO_VALID_TASKS] if the documents of a first iteration give no valid task either.
    BlobRef poseHeldOut(RunSettings settings, CheckpointRef challenger, CorpusRef corpus);

    /// One lane of posing.
    ///
    /// @param passages the documents drawn for this iteration
    /// @param lane from 0; takes the shards whose number, divided by the lanes, leaves this remainder
    record PoseRequest(IterationRequest iteration, BlobRef passages, int lane) {}
}
