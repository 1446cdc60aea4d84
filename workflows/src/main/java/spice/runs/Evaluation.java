package spice.runs;

import spice.store.BlobRef;

/// A checkpoint's score on the held-out questions.
///
/// @param iteration of the checkpoint
/// @param questions how many were asked
/// @param greedy share right at temperature 0
/// @param mean share right over all samples at temperature 1
/// @param attempts samples per question behind `mean`
/// @param passAt share of questions that at least one of k samples solves (unbiased estimate), 0 if not measured
/// @param k of `passAt`
/// @param answers right and wrong, question by question
public record Evaluation(
        int iteration,
        int questions,
        double greedy,
        double mean,
        int attempts,
        double passAt,
        int k,
        BlobRef answers) {}
