package spice.chaos;

import java.time.Duration;
import java.util.List;

/// How an undisturbed run went on: after which time it had how many results. A moment of it is found again in a
/// run that is slower or faster, since it is named by the results before it.
///
/// @param steps in order of time; the first one at 0
record Timeline(List<Step> steps) {

    /// @param after the first result
    /// @param results in the store
    record Step(Duration after, int results) {}

    /// When something is to happen: so long after there were so many results.
    record Moment(int results, Duration later) {}

    Timeline {
        steps = List.copyOf(steps);
    }

    Duration length() {
        return steps.getLast().after();
    }

    /// @param share of the whole time, from 0 to 1
    Moment moment(double share) {
        Duration time = Duration.ofNanos((long) (length().toNanos() * share));
        Step before = steps.getFirst();
        for (Step step : steps) {
            if (step.after().compareTo(time) <= 0) {
                before = step;
            }
        }
        return new Moment(before.results(), time.minus(before.after()));
    }
}
