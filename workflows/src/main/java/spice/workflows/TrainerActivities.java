package spice.workflows;

import io.temporal.activity.ActivityInterface;
import spice.store.BlobRef;

/// The model that learns.
@ActivityInterface
public interface TrainerActivities {

    /// One pass of DrGRPO over both roles' trajectories. Fails with [Failure#TRAINING_DIVERGED].
    Trained train(IterationRequest iteration, BlobRef trajectories);
}
