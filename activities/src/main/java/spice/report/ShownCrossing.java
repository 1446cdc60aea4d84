package spice.report;

import java.util.List;
import java.util.Optional;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Task;
import spice.evaluation.CrossedDocument;
import spice.evaluation.CrossingRecord;
import spice.runs.Comparison.CoEvolution;
import spice.store.BlobStore;

/// The tasks of the first and of the last Challenger on the same documents.
///
/// @param documents SHA-256 of the blob with all of them
/// @param all number of all documents
/// @param shown some documents on which both Challengers posed a task
record ShownCrossing(CoEvolution coEvolution, String documents, int all, List<ShownDocument> shown) {
    private static final int MOST_DOCUMENTS = 24;
    private static final int MOST_TASKS = 4;

    ShownCrossing {
        shown = List.copyOf(shown);
    }

    /// The tasks of both Challengers on a document.
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
