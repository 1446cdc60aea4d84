package spice.evaluation;

import java.util.List;
import java.util.Optional;
import spice.domain.Passage;
import spice.domain.Task;

/// A document with the tasks that the first and the last Challenger posed on it. Both the first and the last
/// Reasoner answered all of them.
///
/// @param first the first Challenger's valid tasks
/// @param last the last Challenger's valid tasks
public record CrossedDocument(Passage passage, List<CrossedTask> first, List<CrossedTask> last) {
    public CrossedDocument {
        first = List.copyOf(first);
        last = List.copyOf(last);
    }

    /// A task with both Reasoners' pass rates; empty where no attempt was decided.
    public record CrossedTask(Task task, Optional<Double> firstReasoner, Optional<Double> lastReasoner) {}
}
