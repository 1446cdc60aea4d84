package spice.domain;

import static spice.domain.Check.require;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/// Percentile intervals of a difference of means, by resampling the independent draws (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", chapters 8 and 13).
///
/// @param resamples number of resamples, for example 10,000
/// @param level the share of resamples within the interval, for example 0.95
public record Bootstrap(int resamples, double level) {
    public Bootstrap {
        require(resamples >= 1, "%d resamples", resamples);
        require(level > 0 && level < 1, "an interval of level %s", level);
    }

    /// The results on one document under two conditions, for example the pass rates of the valid tasks that the
    /// first and the last Challenger posed on it. Either may be empty: not every document yields a valid task.
    public record Document(List<Double> first, List<Double> second) {
        public Document {
            first = List.copyOf(first);
            second = List.copyOf(second);
        }
    }

    /// The interval of `mean(second) - mean(first)` where both were measured on the same questions: question `i`
    /// scored `first[i]`, then `second[i]`. Questions are resampled, each with both its scores.
    public Interval paired(double[] first, double[] second, Seed seed) {
        require(first.length == second.length, "%d scores beside %d", first.length, second.length);
        require(first.length >= 1, "no questions to resample");
        double[] differences = new double[first.length];
        Arrays.setAll(differences, question -> second[question] - first[question]);
        return interval(seed, random -> {
            double sum = 0;
            for (int draw = 0; draw < differences.length; draw++) {
                sum += differences[random.nextInt(differences.length)];
            }
            return sum / differences.length;
        });
    }

    /// The interval of `mean(second) - mean(first)` over the tasks of all documents. Whole documents are
    /// resampled, since tasks on one document resemble each other; a resample that leaves one condition without a
    /// task has no difference and is drawn again.
    public Interval clustered(List<Document> documents, Seed seed) {
        require(documents.stream().anyMatch(document -> !document.first.isEmpty()), "no first task in any document");
        require(documents.stream().anyMatch(document -> !document.second.isEmpty()), "no second task in any document");
        return interval(seed, random -> {
            Mean first = new Mean();
            Mean second = new Mean();
            while (first.count == 0 || second.count == 0) {
                first = new Mean();
                second = new Mean();
                for (int draw = 0; draw < documents.size(); draw++) {
                    Document document = documents.get(random.nextInt(documents.size()));
                    first.add(document.first);
                    second.add(document.second);
                }
            }
            return second.value() - first.value();
        });
    }

    private Interval interval(Seed seed, ToDoubleFunction<RandomGenerator> resampled) {
        RandomGenerator random = seed.random();
        double[] differences = new double[resamples];
        Arrays.setAll(differences, _ -> resampled.applyAsDouble(random));
        Arrays.sort(differences);
        double tail = (1 - level) / 2;
        return new Interval(quantile(differences, tail), quantile(differences, 1 - tail));
    }

    /// Interpolates linearly between the two nearest order statistics.
    private static double quantile(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = (int) Math.ceil(position);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    private static final class Mean {
        private double sum;
        private int count;

        void add(List<Double> values) {
            for (double value : values) {
                sum += value;
            }
            count += values.size();
        }

        double value() {
            return sum / count;
        }
    }
}
