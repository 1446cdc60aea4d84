package spice.evaluation;

import java.util.Arrays;
import java.util.List;
import spice.domain.Bootstrap;
import spice.domain.Interval;
import spice.domain.Seed;
import spice.runs.Comparison.Gain;

/// Means and gains with their 95 % bootstrap intervals.
public final class GainEstimate {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(10_000, 0.95);

    private GainEstimate() {}

    /// The mean of at least one score.
    public static double mean(double[] scores) {
        return Arrays.stream(scores).average().orElseThrow();
    }

    /// The interval of a mean, by a bootstrap over the questions.
    static Interval interval(double[] scores) {
        return paired(new double[scores.length], scores);
    }

    /// The gain in the scores of the same questions, by a bootstrap paired by question.
    public static Gain byQuestion(double[] before, double[] after) {
        Interval interval = paired(before, after);
        return new Gain(mean(before), mean(after), interval.low(), interval.high());
    }

    /// The gain in pass rates, by a bootstrap over the documents: tasks on one document are not independent.
    ///
    /// @param documents each with the pass rates of its tasks under both conditions; at least one under each
    public static Gain byDocument(List<Bootstrap.Document> documents) {
        Interval interval = BOOTSTRAP.clustered(documents, new Seed(0));
        return new Gain(
                overall(documents.stream().map(Bootstrap.Document::first).toList()),
                overall(documents.stream().map(Bootstrap.Document::second).toList()),
                interval.low(),
                interval.high());
    }

    /// The mean over the values of all documents, of which there is at least one.
    public static double overall(List<List<Double>> documents) {
        return documents.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private static Interval paired(double[] before, double[] after) {
        return BOOTSTRAP.paired(before, after, new Seed(0));
    }
}
