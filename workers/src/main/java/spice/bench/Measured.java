package spice.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// One kind of work, measured on both sides.
///
/// @param work what was done, for people
/// @param unit that the rates count
/// @param theirs the other side; empty if it was not run
public record Measured(String work, Unit unit, Side ours, Optional<Side> theirs) {

    /// Unit counted per second.
    public enum Unit {
        TOKENS,
        BYTES
    }

    /// Our rate over theirs, run by run; empty if the other side was not run. The two sides of a run are measured
    /// one right after the other, so that other load on the machine affects both.
    public Optional<Spread> ratio() {
        return theirs.map(other -> {
            List<Double> mine = ours.rate().values();
            List<Double> others = other.rate().values();
            return new Spread(IntStream.range(0, mine.size())
                    .mapToObj(run -> mine.get(run) / others.get(run))
                    .toList());
        });
    }
}
