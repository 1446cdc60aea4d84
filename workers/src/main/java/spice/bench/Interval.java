package spice.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A stretch of time.
///
/// @param from included
/// @param to not included
record Interval(Instant from, Instant to) {

    Duration length() {
        return Duration.between(from, to);
    }

    boolean holds(Instant moment) {
        return !moment.isBefore(from) && moment.isBefore(to);
    }

    /// How much of this one at least one of the others covers.
    Duration covered(List<Interval> others) {
        Duration sum = Duration.ZERO;
        for (Interval other : merged(others)) {
            Instant begin = other.from.isAfter(from) ? other.from : from;
            Instant end = other.to.isBefore(to) ? other.to : to;
            if (begin.isBefore(end)) {
                sum = sum.plus(Duration.between(begin, end));
            }
        }
        return sum;
    }

    /// The same stretches of time without overlaps.
    private static List<Interval> merged(List<Interval> intervals) {
        List<Interval> merged = new ArrayList<>();
        for (Interval next :
                intervals.stream().sorted(Comparator.comparing(Interval::from)).toList()) {
            if (!merged.isEmpty() && !next.from.isAfter(merged.getLast().to)) {
                Interval last = merged.removeLast();
                merged.add(new Interval(last.from, last.to.isAfter(next.to) ? last.to : next.to));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }
}
