package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;
import spice.settings.RunSettings;

/// The model under examination.
@ActivityInterface
public interface EvaluatorActivities {

    Evaluation evaluate(EvaluationRequest request);

    /// First and last Challenger crossed with first and last Reasoner on the same documents (SPICE Figure 3);
    /// empty if one of the two posed no valid task.
    Optional<Comparison.CoEvolution> coEvolve(RunSettings settings, OpenedRun run, CheckpointRef last);
}
