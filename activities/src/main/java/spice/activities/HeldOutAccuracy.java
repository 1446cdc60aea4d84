package spice.activities;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import spice.domain.Interval;
import spice.domain.Seed;
import spice.store.BlobStore;
import spice.workflows.Evaluation;

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
        Optional<PassAt> passAt) {

    /// The pass@k that was measured.
    ///
    /// @param k of pass@k
    public record PassAt(int k, double share) {}

    /// That of an evaluation, whose answers are read.
    ///
    /// @throws spice.store.StoreException if they cannot be
    public static HeldOutAccuracy of(BlobStore store, Evaluation evaluation) {
        List<HeldOutAnswers> answers = Blobs.get(store, evaluation.answers(), HeldOutAnswers.class);
        return new HeldOutAccuracy(
                evaluation.questions(),
                evaluation.greedy(),
                interval(answers, HeldOutAnswers::greedyScore),
                evaluation.mean(),
                interval(answers, HeldOutAnswers::mean),
                evaluation.attempts(),
                evaluation.k() == 0 ? Optional.empty() : Optional.of(new PassAt(evaluation.k(), evaluation.passAt())));
    }

    private static Interval interval(List<HeldOutAnswers> answers, ToDoubleFunction<HeldOutAnswers> score) {
        double[] scores = answers.stream().mapToDouble(score).toArray();
        return JudgeActivitiesImpl.BOOTSTRAP.paired(new double[scores.length], scores, new Seed(0));
    }
}
