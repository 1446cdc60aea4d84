package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;
import spice.runs.IterationRequest;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// The model that learns.
@ActivityInterface
public interface TrainerActivities {

    /// Requires the trainer that the settings name. Fails with [Failure#LAUNCHER_UNKNOWN].
    void requireTrainer(RunSettings settings);

    /// One pass of DrGRPO over both roles' trajectories. Fails with [Failure#TRAINING_DIVERGED].
    Trained train(IterationRequest iteration, BlobRef trajectories);

    /// The trained state, stored but not yet committed.
    ///
    /// @param state a list of files, weights and optimizer among them
    /// @param worker the queue of the sampling worker beside the trainer, which has the checkpoint at hand
    /// @param updates gradient updates of the lineage so far, these included
    record Trained(BlobRef state, long updates, TrainMetrics metrics, Optional<String> worker) {}
}
