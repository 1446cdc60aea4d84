package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.Evaluation;
import spice.runs.OpenedRun;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// The model that is measured.
@ActivityInterface
public interface EvaluatorActivities {

    Evaluation evaluate(EvaluationRequest request);

    /// First and last Challenger crossed with first and last Reasoner on the same documents (SPICE Figure 3);
    /// empty if one of the two posed no valid task, or no answer could be judged.
    Optional<Comparison.CoEvolution> coEvolve(RunSettings settings, OpenedRun run, CheckpointRef last);

    /// A checkpoint, and the questions to ask it.
    ///
    /// @param k of pass@k; 0 to leave it out
    record EvaluationRequest(RunSettings settings, CheckpointRef checkpoint, BlobRef heldOut, int k) {}
}
