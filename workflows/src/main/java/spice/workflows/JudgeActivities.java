package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.Optional;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.Evaluation;
import spice.runs.IterationMetrics;
import spice.runs.IterationRequest;
import spice.store.BlobRef;

/// Verdicts, rewards, advantages; and what a whole run gained.
@ActivityInterface
public interface JudgeActivities {

    Scored score(ScoreRequest request);

    Comparison compare(
            Optional<Evaluation> first, Optional<Evaluation> last, Optional<Comparison.CoEvolution> coEvolution);

    /// A few replies of a committed iteration's Challenger that are no tasks, each as a line to read.
    List<String> refusedReplies(CheckpointRef checkpoint);

    /// All lanes' results of one iteration.
    ///
    /// @param sampledTokens new tokens of both roles, without those found in the store
    /// @param samplingSeconds time that they took, summed over the lanes
    record ScoreRequest(
            IterationRequest iteration,
            BlobRef passages,
            List<BlobRef> tasks,
            List<BlobRef> attempts,
            long sampledTokens,
            double samplingSeconds) {
        public ScoreRequest {
            tasks = List.copyOf(tasks);
            attempts = List.copyOf(attempts);
        }

        static ScoreRequest of(IterationRequest iteration, BlobRef passages, StageReport posed, StageReport attempted) {
            return new ScoreRequest(
                    iteration,
                    passages,
                    posed.shards(),
                    attempted.shards(),
                    posed.tokens() + attempted.tokens(),
                    posed.seconds() + attempted.seconds());
        }
    }

    /// Scored attempts.
    ///
    /// @param trajectories a list of the judge's episodes: both roles' sequences with their advantages
    /// @param tasks every posed task with its verdicts and rewards: what people read
    /// @param passages that were drawn, which the tasks name by position; empty in what older versions have sent
    record Scored(BlobRef trajectories, BlobRef tasks, IterationMetrics metrics, Optional<BlobRef> passages) {}
}
