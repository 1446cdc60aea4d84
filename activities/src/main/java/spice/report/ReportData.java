package spice.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// The data of a run's page. The live view also sends updates in this form: the page then adds lines and tasks to
/// those that it has, and replaces everything else.
///
/// @param store the store's address, a prefix of the addresses of longer texts
/// @param page the run's page in the Temporal UI, if there is one
/// @param head absent before the first commit
/// @param standing absent if Temporal was not asked or no longer knows the run
/// @param every one of this many iterations is shown; 1 except for very long runs
/// @param lines lines of `metrics.jsonl`, one for each iteration shown
/// @param tasks some tasks of each iteration shown
/// @param crossing absent until the run has compared its last checkpoint with its first
record ReportData(
        String lineage,
        String store,
        Optional<String> page,
        Optional<ShownHead> head,
        Optional<Standing> standing,
        int every,
        List<ObjectNode> lines,
        List<ShownIteration> tasks,
        Optional<ShownCrossing> crossing,
        Optional<ShownCorpus> corpus) {
    ReportData {
        lines = List.copyOf(lines);
        tasks = List.copyOf(tasks);
    }

    /// This data with what Temporal knows about the run.
    ReportData in(Optional<Standing> nowStanding, Optional<String> temporalPage) {
        return new ReportData(lineage, store, temporalPage, head, nowStanding, every, lines, tasks, crossing, corpus);
    }
}
