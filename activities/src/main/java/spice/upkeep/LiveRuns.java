package spice.upkeep;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import spice.settings.StartFrom;

/// Which runs are going on, waiting for somebody, or still to come.
public sealed interface LiveRuns {
    /// What Temporal says.
    ///
    /// @param scheduled where schedules will start from, paused ones as well
    record Known(List<LiveRun> runs, List<StartFrom.Fork> scheduled) implements LiveRuns {
        public Known {
            runs = List.copyOf(runs);
            scheduled = List.copyOf(scheduled);
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
