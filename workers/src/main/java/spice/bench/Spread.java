package spice.bench;

import static spice.domain.Check.require;

import java.util.List;

/// Repeated measurements of one thing.
///
/// @param values in the order in which they were taken, at least one
public record Spread(List<Double> values) {
    public Spread {
        values = List.copyOf(values);
        require(!values.isEmpty(), "a spread needs a measurement");
    }

    /// The middle value, or the mean of the two in the middle.
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
