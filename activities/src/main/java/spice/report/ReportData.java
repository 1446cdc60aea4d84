package spice.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// Everything that the page shows of a run. The live view sends what is new as one of these as well: lines and
/// tasks are then added to those that are there, everything else takes the place of what was there.
///
/// @param store where the store is, for the addresses of longer texts
/// @param page of the run in the Temporal UI, if there is one
/// @param head absent before the run has begun to iterate
/// @param standing absent where Temporal was not asked or does not know the run any more
/// @param every of so many iterations one is shown: 1, but for very long runs
/// @param lines of `metrics.jsonl`, iteration by iteration
/// @param tasks to read
/// @param crossing absent before the run has compared its last checkpoint with its first
record ReportData(
        String lineage,
        String store,
        Optional<String> page,
        Optional<ShownHead> head,
        Optional<Standing> standing,
        int every,
        List<ObjectNode> lines,
        List<ShownTasks> tasks,
        Optional<ShownCrossing> crossing,
        Optional<ShownCorpus> corpus) {
    ReportData {
        lines = List.copyOf(lines);
        tasks = List.copyOf(tasks);
    }

    /// The same with how the run stands in Temporal.
    ReportData in(Optional<Standing> nowStanding, Optional<String> temporalPage) {
        return new ReportData(lineage, store, temporalPage, head, nowStanding, every, lines, tasks, crossing, corpus);
    }
}
