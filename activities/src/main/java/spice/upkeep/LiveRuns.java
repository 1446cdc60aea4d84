package spice.upkeep;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/// Which runs are going on or waiting for somebody.
public sealed interface LiveRuns {
    /// What Temporal says.
    record Known(List<LiveRun> runs) implements LiveRuns {
        public Known {
            runs = List.copyOf(runs);
        }
    }

    /// Temporal does not answer, so any of them may.
    record Unknown() implements LiveRuns {}

    /// A run that is going on.
    ///
    /// @param started when this workflow began
    /// @param iteration of the checkpoint that it works on; empty before its first
    record LiveRun(String lineage, Instant started, OptionalInt iteration) {}
}
