package spice.activities;

import java.util.List;
import java.util.Optional;
import spice.domain.Passage;
import spice.domain.Task;

/// A document on which the first and the last Challenger posed, and the first and the last Reasoner answered both.
///
/// @param first the first Challenger's valid tasks
/// @param last the last one's
public record CrossedDocument(Passage passage, List<CrossedTask> first, List<CrossedTask> last) {
    public CrossedDocument {
        first = List.copyOf(first);
        last = List.copyOf(last);
    }

    /// A task with the pass rate of either Reasoner, empty where no attempt was decided.
    public record CrossedTask(Task task, Optional<Double> firstReasoner, Optional<Double> lastReasoner) {}
}
