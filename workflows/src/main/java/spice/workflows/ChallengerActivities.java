package spice.workflows;

import io.temporal.activity.ActivityInterface;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// The model with a document before it.
@ActivityInterface
public interface ChallengerActivities {

    /// Poses tasks on one lane's documents, in rounds until one is valid, and keeps a group of each document.
    LaneReport pose(PoseRequest request);

    /// Poses the held-out questions on the documents that were held back. The result may be empty.
    BlobRef poseHeldOut(RunSettings settings, CheckpointRef challenger, CorpusRef corpus);
}
