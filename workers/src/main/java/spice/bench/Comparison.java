package spice.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Both sides of one kind of work.
///
/// @param work what was done, for people
/// @param theirs empty if the other side was not run
public record Comparison(String work, Unit unit, Side ours, Optional<Side> theirs) {

    /// Of what, a second.
    public enum Unit {
        TOKENS,
        BYTES
    }

    /// Ours over theirs, run by run: the two of a run were done one after the other, so that what else the machine
    /// did mattered to both.
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
