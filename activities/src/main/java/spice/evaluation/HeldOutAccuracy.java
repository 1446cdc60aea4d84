package spice.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import spice.domain.Interval;
import spice.runs.Evaluation;
import spice.steps.BlobList;
import spice.store.BlobStore;

/// A checkpoint's accuracy on held-out questions with its 95 % interval: a bootstrap over the questions.
///
/// @param questions how many were asked
/// @param greedy share right at temperature 0
/// @param mean share right over all samples at temperature 1
/// @param attempts samples per question behind `mean`
/// @param passAt share of questions that at least one of `k` samples solves, if it was measured
public record HeldOutAccuracy(
        int questions,
        double greedy,
        Interval greedyInterval,
        double mean,
        Interval meanInterval,
        int attempts,
        Optional<PassAtK> passAt) {

    /// The measured pass@k: share of questions that at least one of `k` samples solves.
    public record PassAtK(int k, double share) {}

    /// Estimates the accuracy from an evaluation's stored answers.
    ///
    /// @throws spice.store.StoreException if the answers cannot be read
    public static HeldOutAccuracy of(BlobStore store, Evaluation evaluation) {
        List<HeldOutAnswers> answers = BlobList.get(store, evaluation.answers(), HeldOutAnswers.class);
        return new HeldOutAccuracy(
                evaluation.questions(),
                evaluation.greedy(),
                interval(answers, HeldOutAnswers::greedyScore),
                evaluation.mean(),
                interval(answers, HeldOutAnswers::mean),
                evaluation.attempts(),
                evaluation.k() == 0 ? Optional.empty() : Optional.of(new PassAtK(evaluation.k(), evaluation.passAt())));
    }

    private static Interval interval(List<HeldOutAnswers> answers, ToDoubleFunction<HeldOutAnswers> score) {
        return GainEstimate.interval(answers.stream().mapToDouble(score).toArray());
    }
}
