package spice.bench;

import static spice.domain.Check.require;

import java.util.List;

/// What several measurements of one thing came to.
///
/// @param values in the order in which they were taken
public record Spread(List<Double> values) {
    public Spread {
        values = List.copyOf(values);
        require(!values.isEmpty(), "a spread needs a measurement");
    }

    /// The middle one, or the mean of the two in the middle.
    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    public double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
