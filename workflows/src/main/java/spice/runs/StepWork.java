package spice.runs;

import java.util.Locale;

/// What a step works on and how far it is, as its heartbeats say. Kept by nobody: the next heartbeat replaces it.
///
/// @param what the work, in a few words
/// @param done how many units of it are done
/// @param total how many there are; 0 for work that is not counted
/// @param unit what is counted, in the plural
/// @param secondsLeft by the pace so far; 0 if it is not known
public record StepWork(String what, long done, long total, String unit, double secondsLeft) {

    /// Work that is not counted.
    public static StepWork uncounted(String what) {
        return new StepWork(what, 0, 0, "", 0);
    }

    /// The same work where several lanes share it.
    public StepWork with(StepWork other) {
        return new StepWork(
                what, done + other.done, total + other.total, unit, Math.max(secondsLeft, other.secondsLeft));
    }

    /// Such as `evaluate: 128 of 360 questions, 40 s left`.
    @Override
    public String toString() {
        if (total == 0) {
            return what;
        }
        String left = secondsLeft < 100
                ? String.format(Locale.ROOT, "%.0f s", secondsLeft)
                : String.format(Locale.ROOT, "%.0f min", secondsLeft / 60);
        return "%s: %d of %d %s%s"
                .formatted(what, done, total, unit, secondsLeft == 0 ? "" : ", %s left".formatted(left));
    }
}
