package spice.chaos;

import java.time.Duration;
import java.util.List;

/// How many results the undisturbed run had at which time. A moment is named by the number of results before it,
/// so it is found again in a run that is slower or faster.
///
/// @param points in order of time; the first is at 0
record Timeline(List<Point> points) {

    /// A time at which the number of results grew.
    ///
    /// @param after time since the first result
    /// @param results in the store from then on
    record Point(Duration after, int results) {}

    /// When a disturbance happens.
    ///
    /// @param results the run must have
    /// @param later time to wait from then on
    record Moment(int results, Duration later) {}

    Timeline {
        points = List.copyOf(points);
    }

    Duration length() {
        return points.getLast().after();
    }

    /// The moment after this share of the whole time.
    ///
    /// @param share from 0 to 1
    Moment moment(double share) {
        Duration time = Duration.ofNanos((long) (length().toNanos() * share));
        Point before = points.getFirst();
        for (Point point : points) {
            if (point.after().compareTo(time) <= 0) {
                before = point;
            }
        }
        return new Moment(before.results(), time.minus(before.after()));
    }
}
