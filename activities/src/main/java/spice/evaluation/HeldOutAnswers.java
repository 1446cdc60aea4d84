package spice.evaluation;

import spice.domain.PassAt;

/// How one held-out question was answered.
///
/// @param greedy whether the answer at temperature 0 is right
/// @param attempts answers at temperature 1 that count in the mean
/// @param correct how many of these are right
/// @param samples answers at temperature 1 in all, for pass@k; 0 if it was not measured
/// @param solved how many of these are right
public record HeldOutAnswers(boolean greedy, int attempts, int correct, int samples, int solved) {
    public double greedyScore() {
        return greedy ? 1 : 0;
    }

    public double mean() {
        return PassAt.mean(attempts, correct);
    }

    public double passAt(int k) {
        return PassAt.passAt(k, samples, solved);
    }
}
