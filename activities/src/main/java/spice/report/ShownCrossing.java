package spice.report;

import java.util.List;
import java.util.Optional;
import spice.activities.CrossedDocument;
import spice.activities.CrossingRecord;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Task;
import spice.store.BlobStore;
import spice.workflows.Comparison.CoEvolution;

/// The first Challenger's tasks beside the last one's.
///
/// @param documents the blob that holds all of them
/// @param shown documents on which both posed something
record ShownCrossing(CoEvolution coEvolution, String documents, int all, List<ShownDocument> shown) {
    private static final int MOST_DOCUMENTS = 24;
    private static final int MOST_TASKS = 4;

    ShownCrossing {
        shown = List.copyOf(shown);
    }

    /// What both made of a document.
    record ShownDocument(String source, String passage, List<CrossedLine> first, List<CrossedLine> last) {}

    /// A task with the pass rates of both Reasoners.
    record CrossedLine(
            AnswerKind kind,
            String question,
            String gold,
            Optional<Double> firstReasoner,
            Optional<Double> lastReasoner) {
        static CrossedLine of(CrossedDocument.CrossedTask crossed) {
            Task task = crossed.task();
            return new CrossedLine(
                    task.kind(),
                    Excerpt.beginning(task.question(), ShownTask.REPLY),
                    Excerpt.beginning(task.answer(), ShownTask.WORDS),
                    crossed.firstReasoner(),
                    crossed.lastReasoner());
        }
    }

    static ShownCrossing of(BlobStore store, CrossingRecord record) {
        List<CrossedDocument> documents = record.read(store);
        return new ShownCrossing(
                record.coEvolution(),
                record.documents().sha256(),
                documents.size(),
                documents.stream()
                        .filter(document ->
                                !document.first().isEmpty() && !document.last().isEmpty())
                        .limit(MOST_DOCUMENTS)
                        .map(ShownCrossing::shown)
                        .toList());
    }

    private static ShownDocument shown(CrossedDocument document) {
        Passage passage = document.passage();
        return new ShownDocument(
                Excerpt.beginning(passage.source(), ShownTask.WORDS),
                Excerpt.beginning(passage.text(), ShownTask.PASSAGE),
                lines(document.first()),
                lines(document.last()));
    }

    private static List<CrossedLine> lines(List<CrossedDocument.CrossedTask> tasks) {
        return tasks.stream().limit(MOST_TASKS).map(CrossedLine::of).toList();
    }
}
