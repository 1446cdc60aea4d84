package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;

/// Verdicts, rewards, advantages; and what a whole run was worth.
@ActivityInterface
public interface JudgeActivities {

    Scored score(ScoreRequest request);

    Comparison compare(
            Optional<Evaluation> first, Optional<Evaluation> last, Optional<Comparison.CoEvolution> coEvolution);
}
