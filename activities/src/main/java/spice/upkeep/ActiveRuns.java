package spice.upkeep;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import spice.settings.StartFrom;

/// The runs that are going on, waiting for a person, or scheduled.
public sealed interface ActiveRuns {
    /// What Temporal answers.
    ///
    /// @param scheduled where scheduled runs will start from, including paused schedules
    record Known(List<LiveRun> runs, List<StartFrom.Fork> scheduled) implements ActiveRuns {
        public Known {
            runs = List.copyOf(runs);
            scheduled = List.copyOf(scheduled);
        }
    }

    /// Temporal does not answer, so any run may be going on.
    record Unknown() implements ActiveRuns {}

    /// A run that is going on.
    ///
    /// @param started when its workflow began
    /// @param iteration of the checkpoint from which it continues; empty before the first iteration
    record LiveRun(String lineage, Instant started, OptionalInt iteration) {}
}
