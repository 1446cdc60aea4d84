package spice.training;

import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.stream.Stream;
import spice.model.UpdateReport;
import spice.runs.Failure;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;

/// The metrics and the failure of a training step, for the worker's own training and for jobs.
final class TrainingOutcome {
    private TrainingOutcome() {}

    /// Means over the step's updates; `seconds` is 0.
    ///
    /// @param reports at least one
    /// @param learningRate of the last update
    static TrainMetrics metrics(List<UpdateReport> reports, double learningRate) {
        return TrainMetrics.of(
                reports.size(),
                learningRate,
                mean(reports.stream().map(UpdateReport::loss)),
                mean(reports.stream().map(UpdateReport::gradientNorm)),
                mean(reports.stream().map(UpdateReport::clipShare)),
                mean(reports.stream().map(UpdateReport::truncatedShare)),
                mean(reports.stream().map(UpdateReport::entropy)),
                mean(reports.stream().map(UpdateReport::samplerLearnerDifference)),
                reports.stream().mapToLong(UpdateReport::tokens).sum(),
                0);
    }

    /// The failure of a step whose numbers are no longer finite.
    ///
    /// @param words what the learner or the job reported
    static ApplicationFailure diverged(String words, RunSettings settings) {
        return Failure.TRAINING_DIVERGED.because("%s (learningRate is %s)".formatted(words, settings.learningRate()));
    }

    private static double mean(Stream<Double> values) {
        return values.mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
