package spice.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A span of time.
///
/// @param from inclusive
/// @param to exclusive
record TimeSpan(Instant from, Instant to) {

    Duration length() {
        return Duration.between(from, to);
    }

    boolean holds(Instant moment) {
        return !moment.isBefore(from) && moment.isBefore(to);
    }

    /// How much of this span at least one of the others covers.
    Duration covered(List<TimeSpan> others) {
        Duration sum = Duration.ZERO;
        for (TimeSpan other : merged(others)) {
            Instant begin = other.from.isAfter(from) ? other.from : from;
            Instant end = other.to.isBefore(to) ? other.to : to;
            if (begin.isBefore(end)) {
                sum = sum.plus(Duration.between(begin, end));
            }
        }
        return sum;
    }

    /// Joins spans that overlap or touch; returns them in order of time.
    private static List<TimeSpan> merged(List<TimeSpan> spans) {
        List<TimeSpan> merged = new ArrayList<>();
        for (TimeSpan next :
                spans.stream().sorted(Comparator.comparing(TimeSpan::from)).toList()) {
            if (!merged.isEmpty() && !next.from.isAfter(merged.getLast().to)) {
                TimeSpan last = merged.removeLast();
                merged.add(new TimeSpan(last.from, last.to.isAfter(next.to) ? last.to : next.to));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }
}
