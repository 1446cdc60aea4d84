package spice.domain;

import static spice.domain.Check.require;

/// The numbers from `low` to `high`, both included.
public record Interval(double low, double high) {
    public Interval {
        require(low <= high, "an interval from %s to %s", low, high);
    }
}
