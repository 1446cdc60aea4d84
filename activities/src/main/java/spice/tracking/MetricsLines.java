package spice.tracking;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.activities.Checkpoints;
import spice.activities.EvaluationRecord;
import spice.activities.HeldOutAccuracy;
import spice.activities.IterationRecord;
import spice.activities.RunRecord;
import spice.activities.Stretch;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;
import spice.workflows.Evaluation;

/// Reads a lineage's `metrics.jsonl` out of the store: a line for each checkpoint on the way to its last one. Each
/// iteration leaves records of its own, which are never changed, so that no line is ever half-written or there
/// twice, whatever was killed, repeated or branched off; and an iteration costs the same, the thousandth as the
/// first.
public final class MetricsLines {
    private final BlobStore store;
    private final Checkpoints checkpoints;

    public MetricsLines(BlobStore store) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
    }

    /// All lines of a lineage: the checkpoint that it starts from, if that was evaluated; then every iteration.
    public List<MetricsLine> of(String lineage) {
        List<Stretch> line = checkpoints.line(lineage);
        List<MetricsLine> all = new ArrayList<>(start(lineage, line).stream().toList());
        all.addAll(after(lineage, line, Integer.MIN_VALUE));
        return all;
    }

    /// The lines of those checkpoints on this way that come after an iteration.
    public List<MetricsLine> after(String lineage, List<Stretch> line, int iteration) {
        Map<Integer, HeldOutAccuracy> accuracies = accuracies(lineage, line, iteration);
        return checkpoints
                .on(
                        lineage,
                        line.stream()
                                .flatMap(stretch -> stretch.after(iteration).stream())
                                .toList())
                .map(checkpoint ->
                        line(lineage, checkpoint, Optional.ofNullable(accuracies.get(checkpoint.iteration()))))
                .toList();
    }

    /// Accuracies of the checkpoints on this way that come after an iteration, by iteration.
    public Map<Integer, HeldOutAccuracy> accuracies(String lineage, List<Stretch> line, int iteration) {
        return EvaluationRecord.of(
                        store,
                        lineage,
                        (branch, number) -> number > iteration
                                && line.stream().anyMatch(stretch -> stretch.contains(branch, number)))
                .stream()
                .filter(record -> isAsked(record.evaluation()))
                .collect(toMap(
                        record -> record.checkpoint().iteration(),
                        record -> accuracy(record.evaluation()),
                        (_, last) -> last));
    }

    /// The line of the checkpoint that a lineage starts from, if it was evaluated.
    public Optional<MetricsLine> start(String lineage, List<Stretch> line) {
        return checkpoints.runs(lineage).reversed().stream()
                .filter(run ->
                        line.isEmpty() || run.branch().equals(line.getFirst().branch()))
                .findFirst()
                .map(RunRecord::start)
                .flatMap(start -> evaluation(lineage, start)
                        .filter(MetricsLines::isAsked)
                        .map(evaluation -> line(lineage, start, Optional.of(accuracy(evaluation)))));
    }

    /// Other runs may have asked a checkpoint that they start from as well other questions. Which were this one's
    /// is known once it has asked its own checkpoints.
    private Optional<Evaluation> evaluation(String lineage, CheckpointRef start) {
        Optional<BlobRef> questions =
                EvaluationRecord.of(store, lineage, (branch, iteration) -> !isAt(start, branch, iteration)).stream()
                        .map(EvaluationRecord::heldOut)
                        .reduce((_, last) -> last);
        List<EvaluationRecord> all =
                EvaluationRecord.of(store, start.lineage(), (branch, iteration) -> isAt(start, branch, iteration));
        return all.stream()
                .filter(record -> questions.map(record.heldOut()::equals).orElse(all.size() == 1))
                .map(EvaluationRecord::evaluation)
                .reduce((_, last) -> last);
    }

    private static boolean isAt(CheckpointRef checkpoint, String branch, int iteration) {
        return checkpoint.branch().equals(branch) && checkpoint.iteration() == iteration;
    }

    /// The first Challenger may have posed no valid task on the documents that were held back.
    private static boolean isAsked(Evaluation evaluation) {
        return evaluation.questions() > 0;
    }

    private HeldOutAccuracy accuracy(Evaluation evaluation) {
        return HeldOutAccuracy.of(store, evaluation);
    }

    private MetricsLine line(String lineage, CheckpointRef checkpoint, Optional<HeldOutAccuracy> heldOut) {
        return IterationRecord.of(store, checkpoint)
                .map(record -> MetricsLine.of(lineage, checkpoint, record, heldOut))
                .orElseGet(() ->
                        MetricsLine.withoutRecord(lineage, checkpoint, checkpoints.manifest(checkpoint), heldOut));
    }
}
